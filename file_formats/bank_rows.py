"""What banks send, as rows by column: from a whole file, or from bytes that come in pieces; both give the same rows."""

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from file_formats import refusals, tables
from file_formats.csv_rows import ROW_LONGEST, FileRow
from file_formats.headers import BANK_COLUMNS, bank_column, bank_columns
from file_formats.refusals import FileRefusedError
from file_formats.tables import CsvTable, TableKind
from file_formats.text import LineDecoder
from liancheng.records.facts import Finding

_LINE_LONGEST = 4 * ROW_LONGEST + 4  # bytes that are kept of a line
_BODY = "the body"

Cells = Mapping[str, str]  # by column; what is in a column that nobody knows, by its header
_texts = msgspec.json.Decoder(dict[str, str])
_object = msgspec.json.Decoder(dict[str, str | int | float | list[str] | None])


class BankRow(NamedTuple):
    """`refusal`: why it is none."""

    line: int
    cells: Cells
    refusal: Finding | None = None


class BankFile(NamedTuple):
    """`headers` as they are in the file. `notes` are for its sender."""

    rows: list[BankRow]
    headers: tuple[str, ...]
    is_json: bool = False
    notes: tuple[str, ...] = ()


class Progress(NamedTuple):
    """How far a stream has been read: bytes and lines that have become rows, and what is above them."""

    offset: int = 0
    lines: int = 0
    header: tuple[str, ...] = ()
    delimiter: str = ","


def read(raw: bytes, name: str, needed: Sequence[str]) -> BankFile:
    """Returns all rows of a file; of the columns `needed` it must have one.

    Raises:
        FileRefusedError: not a table or JSON lines, without a needed column, or without rows.
    """
    table = tables.read(raw, name, _kind(needed))
    if isinstance(table, list):
        rows = [json_row(line, text) for line, text in table]
        return BankFile(rows, tuple(dict.fromkeys(field for row in rows for field in row.cells)), is_json=True)
    columns = _Columns(table.header.cells, needed, name)
    if not table.rows:
        raise FileRefusedError(name, "no-rows")
    return BankFile([columns.row(row) for row in table.rows], tuple(table.header.cells), notes=table.notes)


class BankStream:
    """Takes bytes, gives the rows that are whole. `progress`: from where to go on after a broken connection."""

    def __init__(
        self,
        needed: Sequence[str],
        *,
        is_json: bool = False,
        encoding: str | None = None,
        start: Progress | None = None,
    ) -> None:
        start = self.progress = start or Progress()
        self._needed = needed
        self._name = f"{_BODY}.jsonl" if is_json else _BODY
        self._decoder = LineDecoder(_BODY, encoding)
        self._table = CsvTable(_BODY, _kind(needed))
        self._columns: _Columns | None = None
        self._is_json: bool | None = None
        self._byte, self._line = start.offset, start.lines  # where the next line begins
        self._lengths: deque[int] = deque()  # of the lines that have not become rows yet
        self._rest, self._cut = b"", 0
        self._is_empty = start.offset == 0
        if start.header:
            self._is_json, self._columns = False, _Columns(start.header, needed, _BODY)
            self._table.go_on(start.header, start.delimiter, start.lines)

    @property
    def is_json(self) -> bool:
        return bool(self._is_json)

    def take(self, chunk: bytes) -> list[BankRow]:
        """Raises FileRefusedError, as `read` does."""
        lines = (self._rest + chunk).splitlines(keepends=True)
        self._rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        rows = self._given([row for line in lines for row in self._read(line)])
        self._cut += len(self._rest[_LINE_LONGEST:])
        self._rest = self._rest[:_LINE_LONGEST]
        return rows

    def end(self) -> list[BankRow]:
        """The rows of the last lines. Raises FileRefusedError where there was not one row."""
        rest, self._rest = self._rest, b""
        rows = self._given(self._read(rest)) if rest else []
        if self._is_json is None:
            if self._is_empty:
                raise FileRefusedError(_BODY, "empty")
            return rows
        if not self._is_json:
            rows += self._given(self._of_table(self._table.end()))
        if self._is_empty:
            raise FileRefusedError(_BODY, "no-rows")
        return rows

    def _given(self, rows: list[BankRow]) -> list[BankRow]:
        self._is_empty = self._is_empty and not rows
        if not (self._is_json or self._table.is_found):
            return rows
        if self._is_json:
            self.progress = Progress(self._byte, self._line)
            return rows
        lines = self._table.rows.lines
        offset = self.progress.offset + sum(self._lengths.popleft() for _ in range(lines - self.progress.lines))
        self.progress = Progress(offset, lines, tuple(self._table.header.cells), self._table.rows.delimiter)
        return rows

    def _read(self, line: bytes) -> list[BankRow]:
        self._line += 1
        length, self._cut = len(line) + self._cut, 0
        is_long = length > _LINE_LONGEST
        text = "x" * (ROW_LONGEST + 1) if is_long else self._decoder.decode(line, self._byte, self._line)
        self._byte += length
        if self._is_json is None and text.strip():
            self._is_json = tables.is_json(text, self._name)
        if self._is_json:
            return [json_row(self._line, text)] if text.strip() else []
        self._lengths.append(length)
        return self._of_table(self._table.take(text))

    def _of_table(self, rows: list[FileRow]) -> list[BankRow]:
        if self._columns is None and self._table.is_found:
            self._columns = _Columns(self._table.header.cells, self._needed, _BODY)
        return [self._columns.row(row) for row in rows] if self._columns else []


class _Columns:
    """What the columns of a table are called."""

    def __init__(self, header: Sequence[str], needed: Sequence[str], name: str) -> None:
        columns = bank_columns(header, needed, name)
        self._names = [column or cell.strip() for column, cell in zip(columns, header, strict=True)]

    def row(self, row: FileRow) -> BankRow:
        if row.broken:
            return BankRow(row.line, {}, refusals.broken_row(row.broken))
        is_even = len(row.cells) == len(self._names)
        refusal = None if is_even else refusals.uneven_row(row.cells, len(self._names))
        return BankRow(row.line, dict(zip(self._names, row.cells, strict=False)), refusal)


def _kind(needed: Sequence[str]) -> TableKind:
    def known(cells: Sequence[str]) -> int:
        columns = {bank_column(cell) for cell in cells}
        return 0 if columns.isdisjoint(needed) else len(columns - {None})

    return TableKind(known, some=1, enough=1)


def json_row(line: int, text: str) -> BankRow:
    """A row from an object: null is empty, a list its words."""
    if len(text) > ROW_LONGEST:
        return BankRow(line, {}, refusals.broken_object(f"it is longer than {ROW_LONGEST:,} characters"))
    with suppress(msgspec.DecodeError, RecursionError):
        texts = _texts.decode(text)
        if texts.keys() <= BANK_COLUMNS.keys():  # as programs send them: half of the time
            return BankRow(line, texts)
    try:
        fields = _object.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        return BankRow(line, {}, refusals.broken_object(str(error)))
    return BankRow(line, {bank_column(field) or field: _cell(value) for field, value in fields.items()})


def _cell(value: str | float | list[str] | None) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else str(value)
