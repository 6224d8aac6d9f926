"""A table from any file: its header found under titles and notes, its rows numbered as its sender sees them."""

import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath
from typing import NamedTuple

from file_formats import workbooks
from file_formats.csv_rows import CsvRows, FileRow
from file_formats.headers import HEADER_WITHIN
from file_formats.refusals import FileRefusedError
from file_formats.text import decode

_DELIMITERS = ",;\t"
_JSON_NAMES = (".json", ".jsonl", ".ndjson")


class TableKind(NamedTuple):
    """How a kind of table is known: `known` counts the headers of it among the cells of a row.

    `some`: so many and a sheet holds such a table. `enough`: so many and the row is its header; where no row has so
    many, it is the row with most.
    """

    known: Callable[[Sequence[str]], int]
    some: int
    enough: int


class Table(NamedTuple):
    """`notes` are for the sender of the file."""

    above: list[FileRow]  # titles
    header: FileRow
    rows: list[FileRow]
    notes: tuple[str, ...] = ()
    is_workbook: bool = False


def read(raw: bytes, name: str, kind: TableKind) -> Table | list[tuple[int, str]]:
    """Returns the table of a workbook or a CSV file; of JSON lines those that are not empty, with their numbers.

    Raises:
        FileRefusedError: not text, not a workbook, or JSON of another form; `name` is the file's, for the error.
    """
    if workbooks.is_workbook(raw):
        return _of_sheets(workbooks.read(raw, name), name, kind)
    text = decode(raw, name)
    if is_json(text, name):
        return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    csv = CsvTable(name, kind)
    rows = [row for line in io.StringIO(text, newline="") for row in csv.take(line)] + csv.end()
    return Table(csv.above, csv.header, rows)


def is_json(text: str, name: str) -> bool:
    """By the first character, and by the file's name where that says nothing.

    Raises:
        FileRefusedError: JSON, but not one object a line.
    """
    start = text.lstrip()
    if start.startswith("["):
        raise FileRefusedError(name, "json-array")
    if start.split("\n", 1)[0].strip() == "{":
        raise FileRefusedError(name, "json-lines")
    return start.startswith("{") or PurePath(name).suffix.lower() in _JSON_NAMES


class CsvTable:
    """CSV line by line: the delimiter and the header are found first, then rows are given as they come."""

    def __init__(self, name: str, kind: TableKind) -> None:
        self.above: list[FileRow] = []
        self.header = FileRow(0, [])
        self.rows = CsvRows(name, ",", 0)  # below the header
        self._kind = kind
        self._known = 0  # headers in it
        self.is_found = False
        self._waiting: list[str] = []  # lines until the header is found
        self._open: list[int] = []  # of them, those whose row goes on

    def go_on(self, header: Sequence[str], delimiter: str, lines: int) -> None:
        """Continues below a header that was found before, after so many lines."""
        self.is_found = True
        self._choose(FileRow(0, list(header)), delimiter, lines)

    def take(self, line: str) -> list[FileRow]:
        """The rows that end with this line."""
        if self.is_found:
            return self.rows.take(line)
        self._waiting.append(line)
        if not line.strip():
            return []
        self._look()
        is_last = sum(1 for text in self._waiting if text.strip()) == HEADER_WITHIN
        return self._below_header() if is_last or self._known >= self._kind.enough else []

    def end(self) -> list[FileRow]:
        """The rows of the last lines, once there are no more."""
        rows = [] if self.is_found else self._below_header()
        return rows + self.rows.end()

    def _look(self) -> None:
        """Takes a row for the header that ends with the newest line, if it has more headers than the one so far."""
        starts, self._open = [*self._open, len(self._waiting) - 1], []
        for start, delimiter in ((start, delimiter) for start in starts for delimiter in _DELIMITERS):
            rows = CsvRows("", delimiter, 0, start)
            row = next((row for line in self._waiting[start:] for row in rows.take(line)), None)
            if row is None:
                self._open = [*dict.fromkeys((*self._open, start))]
            elif (known := self._kind.known(row.cells)) > self._known or not self.header.line:
                self._known = known
                self._choose(row, delimiter, rows.lines)

    def _choose(self, header: FileRow, delimiter: str, lines: int) -> None:
        self.header = header
        self.rows = CsvRows(self.rows.name, delimiter, len(header.cells), lines)

    def _below_header(self) -> list[FileRow]:
        self.is_found = True
        titles = self._waiting[: max(self.header.line - 1, 0)]
        self.above = [FileRow(number, [text.strip()]) for number, text in enumerate(titles, 1)]
        lines, self._waiting = self._waiting[self.rows.lines :], []
        return [row for text in lines for row in self.rows.take(text)]


def _of_sheets(sheets: Iterable[tuple[str, workbooks.Rows]], name: str, kind: TableKind) -> Table:
    read_in = [(title, [FileRow(*row) for row in rows]) for title, rows in sheets]
    found = [(title, rows, *_header(rows, kind)) for title, rows in read_in if rows]
    if not found:
        raise FileRefusedError(name, "no-sheet")
    chosen, rows, header, _ = next((sheet for sheet in found if sheet[3] >= kind.some), found[0])
    notes = []
    others = [title for title, _, _, known in found if title != chosen and known < kind.some]
    if skipped := [*others, *(title for title, rows in read_in if not rows)]:
        notes.append(f"the sheet {chosen} is read; without a table, and skipped: {', '.join(skipped)}")
    if more := [title for title, _, _, known in found if title != chosen and known >= kind.some]:
        notes.append(
            f"warning: the sheet {chosen} is read; NOT read, though there is a table: {', '.join(more)}: "
            "save each as a workbook of its own and send it too"
        )
    return Table(rows[:header], rows[header], rows[header + 1 :], tuple(notes), is_workbook=True)


def _header(rows: Sequence[FileRow], kind: TableKind) -> tuple[int, int]:
    """The index of the header, and how many headers it has."""
    known = [kind.known(row.cells) for row in rows[:HEADER_WITHIN]]
    index = next((index for index, count in enumerate(known) if count >= kind.enough), known.index(max(known)))
    return index, known[index]
