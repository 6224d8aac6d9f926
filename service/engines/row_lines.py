"""Rows out of bytes that come in pieces: NDJSON, or CSV with a header. A line that is none becomes its error. Pure."""

import csv
from collections.abc import Callable, Iterable

from liancheng.answers.screening_answers import AskedRow, RowError
from liancheng.errors import WrongUseError
from service.engines.rows import ScreeningRow, read_row

LONGEST = 16_384  # bytes of a line
_HEADERS = {
    **dict.fromkeys(("统一社会信用代码", "社会信用代码", "信用代码"), "uscc"),
    **dict.fromkeys(("名称", "企业名称", "公司名称", "客户名称", "单位名称"), "name"),
    **dict.fromkeys(("客户编号", "客户号"), "customer_ref"),
}
COLUMNS = ("uscc", "name", "customer_ref")


class Lines:
    """Takes bytes, gives the rows that are whole."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False  # inside a line that is too long

    def take(self, chunk: bytes) -> list[ScreeningRow]:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        rows = [row for line in whole if (row := self._line(line)) is not None]
        if len(self._rest) > LONGEST:
            if not self._skipping:
                rows.append(_too_long())
            self._skipping, self._rest = True, b""
        return rows

    def end(self) -> list[ScreeningRow]:
        """The last line, where it has no end."""
        return self.take(b"\n") if self._rest else []

    def _line(self, line: bytes) -> ScreeningRow | None:
        if self._skipping:
            self._skipping = False  # this is where it ends; it was answered when it began
            return None
        if len(line) > LONGEST:
            return _too_long()
        line = line.strip()
        return self.row(line) if line else None

    def row(self, line: bytes) -> ScreeningRow | None:
        """Raises WrongUseError where the rest cannot be read without it."""
        return read_row(line)


class CsvLines(Lines):
    """A record a line, UTF-8; the first names the columns, as in a file of watches."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: list[str] | None = None

    def row(self, line: bytes) -> ScreeningRow | None:
        try:
            cells = next(csv.reader([line.decode("utf-8-sig")]), [])
        except (UnicodeDecodeError, csv.Error) as error:
            return RowError(code="bad-row", detail=f"{error}; expected CSV in UTF-8")
        if self._columns is None:
            self._columns = _header(cells)
            return None
        if any(cells[len(self._columns) :]):
            return RowError(code="bad-row", detail=f"found {len(cells)} cells, expected {len(self._columns)}")
        named = {column: cell for column, cell in zip(self._columns, cells, strict=False) if column in COLUMNS}
        return AskedRow(**named)


def columns_of(cells: Iterable[str]) -> list[str]:
    """What a header's cells are called here; one that nobody knows as it is. What stands in brackets only explains."""
    bare = (cell.replace("（", "(").split("(")[0].strip() for cell in cells)
    return [_HEADERS.get(cell, cell.lower()) for cell in bare]


def is_header(columns: Iterable[str]) -> bool:
    """Whether companies can be known by these columns."""
    return not {"uscc", "name"}.isdisjoint(columns)


def _header(cells: list[str]) -> list[str]:
    columns = columns_of(cells)
    if not is_header(columns):
        raise WrongUseError(
            f"found the columns {', '.join(columns)[:200]}, expected uscc or name (统一社会信用代码, 名称) in line 1"
        )
    return columns


def _too_long() -> RowError:
    return RowError(code="row-too-long", detail=f"a line of more than {LONGEST:,} bytes")


LINES: dict[str, Callable[[], Lines]] = {
    "application/x-ndjson": Lines,
    "application/jsonl": Lines,
    "application/json-lines": Lines,
    "text/csv": CsvLines,
}
