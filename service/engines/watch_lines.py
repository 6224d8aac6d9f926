"""Rows of watches out of a stream of bytes: CSV or JSON lines, a row a line. Pure."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from consumers.books.watch_file import Refused, header_of
from consumers.books.watch_rows import COLUMNS, LINE_MAX, csv_cells, finding, json_cells, row_of
from consumers.books.watchlist import WatchRow
from liancheng.errors import WrongUseError
from liancheng.records.facts import Finding

Form = Literal["csv", "jsonl"]


@dataclass
class WatchLines:
    """Takes bytes as they come; `offset` (bytes) and `lines` say how far whole lines were read, to go on from there."""

    form: Form
    encoding: str = "utf-8"
    needs_reference: bool = True
    header: tuple[str, ...] = ()
    offset: int = 0
    lines: int = 0
    rows: list[tuple[int, WatchRow]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    _rest: bytes = b""

    def take(self, chunk: bytes) -> None:
        """Read the whole lines; what is left of one waits for the next chunk.

        Raises:
            WrongUseError: the header names no USCC.
        """
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            self._line(line, len(line) + 1)
        if len(self._rest) > 4 * LINE_MAX:
            raise WrongUseError(f"line {self.lines + 1}: longer than {LINE_MAX:,} characters, expected a row a line")

    def end(self) -> None:
        """The stream is at its end: what is left is a line too."""
        if self._rest:
            rest, self._rest = self._rest, b""
            self._line(rest, len(rest))

    def drain(self) -> tuple[list[tuple[int, WatchRow]], list[Refused]]:
        """What was read since the last time."""
        found = self.rows, self.refused
        self.rows, self.refused = [], []
        return found

    def _line(self, raw: bytes, length: int) -> None:
        self.lines += 1
        self.offset += length
        try:
            text = raw.decode(self.encoding).removeprefix("\ufeff").rstrip("\r")
        except UnicodeDecodeError:
            self._refuse({}, (finding("line", "", f"text in {self.encoding}", "say its charset in Content-Type"),))
            return
        if self.form == "csv" and not self.header:
            self.header = tuple(header_of(next(csv.reader([text]), []), "the first line"))
        elif text.strip(" \t,"):
            self._row(text)

    def _row(self, text: str) -> None:
        cells, broken = self._cells(text)
        row = (broken,) if broken else row_of(cells, self.needs_reference)
        if isinstance(row, WatchRow):
            self.rows.append((self.lines, row))
        else:
            self._refuse(cells, row)

    def _cells(self, text: str) -> tuple[dict[str, str], Finding | None]:
        if self.form == "jsonl":
            cells, broken = json_cells(text)
            return dict(cells), broken
        try:
            (row,) = csv.reader([text], strict=True)
        except (csv.Error, ValueError) as error:
            return {}, finding("line", text, f"CSV, a row a line ({error})", 'close a cell that begins with "')
        cells, broken = csv_cells(row, self.header)
        return dict(cells), broken

    def _refuse(self, cells: dict[str, str], findings: tuple[Finding, ...]) -> None:
        kept = tuple(cells.get(column, "") for column in COLUMNS)
        self.refused.append(Refused(self.lines, kept, findings))


def rows_of(raw: bytes, form: Form, encoding: str, needs_reference: bool = True) -> Iterator[WatchRow | Refused]:
    """All rows of a body that is there as a whole."""
    lines = WatchLines(form, encoding, needs_reference)
    lines.take(raw)
    lines.end()
    yield from (row for _, row in lines.rows)
    yield from lines.refused
