"""Strict CSV, line by line: quotes, cells of several lines. A broken row does not stop the others, nor hide them."""

import re
from collections import deque
from typing import NamedTuple

from file_formats.refusals import FileRefusedError

ROW_LONGEST = 131_072  # characters of a row; a quote that is open for longer is taken for a stray one
_BROKEN_MAX = 100  # broken rows: with more, the file is not CSV
_QUOTED = re.compile(r'([^"]*+(?:""[^"]*+)*+)"')  # the rest of a cell in quotes, up to the closing one


class FileRow(NamedTuple):
    """A row as it is in the file; `broken`: why it is none, its text then being the only cell."""

    line: int
    cells: list[str]
    broken: str = ""


class CsvRows:
    """Takes lines with their ends, gives the rows that are whole and not empty. `lines`: how many have become rows.

    An open quote ends only the row that it is in: where it is never closed, or closed after lines that have as many
    delimiters as the header (`width` cells), its line is a broken row, and reading goes on with the line below.
    """

    def __init__(self, name: str, delimiter: str, width: int, lines: int = 0) -> None:
        self.lines = lines
        self.name = name
        self.delimiter = delimiter
        self._width = width
        self._broken = 0
        self._reset()

    def take(self, line: str) -> list[FileRow]:
        """Raises FileRefusedError after 100 broken rows."""
        rows: list[FileRow] = []
        if '"' not in line and not self._pending and len(line) <= ROW_LONGEST:
            self._add(rows, line.rstrip("\r\n").split(self.delimiter), 1)
            return rows
        waiting = deque((line,))
        while waiting:
            text = waiting.popleft()
            self._pending.append(text)
            self._size += len(text)
            waiting.extendleft(reversed(self._settled(rows, self._scan(text))))
        return rows

    def end(self) -> list[FileRow]:
        """The rows of the last lines, once there are no more."""
        rows: list[FileRow] = []
        while self._pending:
            for text in self._break(rows, "a quote is opened and never closed"):
                rows += self.take(text)
        return rows

    def _settled(self, rows: list[FileRow], broken: str) -> list[str]:
        """Adds the pending row where it is whole; returns the lines that must be read again where it is broken."""
        if not broken and self._size > ROW_LONGEST:
            broken = f"it is longer than {ROW_LONGEST:,} characters"
        if not broken and self._quoted is not None:
            return []
        if not broken and self._hides_rows():
            broken = f"a quote is opened on it and closed {len(self._pending) - 1} lines further down, past other rows"
        if broken:
            return self._break(rows, broken)
        self._add(rows, self._cells, len(self._pending))
        self._reset()
        return []

    def _hides_rows(self) -> bool:
        full = sum(1 for line in self._pending if line.count(self.delimiter) >= self._width - 1)
        return self._width > 0 and len(self._pending) > 1 and full > 1

    def _break(self, rows: list[FileRow], reason: str) -> list[str]:
        first, *rest = self._pending
        self._broken += 1
        self.lines += 1
        if self._broken > _BROKEN_MAX:
            raise FileRefusedError(self.name, "not-csv", line=self.lines, reason=reason, count=self._broken)
        rows.append(FileRow(self.lines, [first.rstrip("\r\n")], reason))
        self._reset()
        return rest

    def _add(self, rows: list[FileRow], cells: list[str], lines: int) -> None:
        if not "".join(cells).isspace() and any(cells):
            rows.append(FileRow(self.lines + 1, cells))
        self.lines += lines

    def _reset(self) -> None:
        self._pending: list[str] = []
        self._size = 0
        self._cells: list[str] = []
        self._quoted: list[str] | None = None  # parts of a cell whose quote is open

    def _scan(self, line: str) -> str:
        """Reads the cells of a line; returns what is wrong with it."""
        text, at = line.rstrip("\r\n"), 0
        while True:
            if self._quoted is not None:
                closed = _QUOTED.match(line, at)
                if closed is None:
                    self._quoted.append(line[at:])
                    return ""
                self._cells.append("".join((*self._quoted, closed[1])).replace('""', '"'))
                self._quoted, at = None, closed.end() + 1
                if closed.end() == len(text):
                    return ""
                if text[at - 1] != self.delimiter:
                    return f"text follows the closing quote of cell {len(self._cells)}"
            if text.startswith('"', at):
                self._quoted, at = [], at + 1
                continue
            end = text.find(self.delimiter, at)
            self._cells.append(text[at:] if end < 0 else text[at:end])
            if end < 0:
                return ""
            at = end + 1
