"""A clerk's file of customers: CSV in UTF-8 or GB18030, or an Excel workbook. Pure but for reading workbooks."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from consumers.books.watch_file import text_of
from consumers.view.reader import COMPANIES_MAX
from file_formats import workbooks
from liancheng.answers.screening_answers import AskedRow, RowError
from liancheng.errors import LianchengError
from service.engines.row_lines import COLUMNS, columns_of, is_header
from service.engines.rows import ScreeningRow

_HEADER_WITHIN = 10  # a title or a note may stand above the header

Cells = tuple[int, Sequence[str]]  # with the number of their line or row in the file


class WrongFileError(LianchengError):
    """The file cannot be screened. `key` names the text that says why, `values` what is put into it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class BookFile(NamedTuple):
    """Rows as they are screened, the line of each in the file, and what it said there (code or name)."""

    rows: list[ScreeningRow]
    lines: list[int]
    asked: list[str]


def read(raw: bytes, name: str) -> BookFile:
    """A file's rows, those that are none among them as their errors.

    Raises:
        WrongFileError: no text, no workbook, no column to know companies by, no rows, or more than 10,000.
    """
    for table in _tables(raw, name):
        start = next((n for n, (_, cells) in enumerate(table[:_HEADER_WITHIN]) if is_header(columns_of(cells))), None)
        if start is not None:
            return _book(columns_of(table[start][1]), table[start + 1 :])
    raise WrongFileError("wrong.file.header")


def _tables(raw: bytes, name: str) -> Iterable[list[Cells]]:
    if not raw.strip():
        raise WrongFileError("wrong.file.empty")
    try:
        if workbooks.is_workbook(raw):
            return [list(rows) for _, rows in workbooks.read(raw, name)]
        reader = csv.reader(io.StringIO(text_of(raw, name), newline=""))
        return [[(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]]
    except (LianchengError, csv.Error) as error:
        raise WrongFileError("wrong.file.unreadable") from error


def _book(columns: list[str], table: list[Cells]) -> BookFile:
    if not table:
        raise WrongFileError("wrong.file.empty")
    if len(table) > COMPANIES_MAX:
        raise WrongFileError("wrong.file.rows", found=f"{len(table):,}", limit=f"{COMPANIES_MAX:,}")
    rows = [_row(columns, cells) for _, cells in table]
    asked = [(row.uscc or row.name or "") if isinstance(row, AskedRow) else "" for row in rows]
    return BookFile(rows, [line for line, _ in table], asked)


def _row(columns: list[str], cells: Sequence[str]) -> ScreeningRow:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return RowError(code="bad-row", detail=f"found {len(cells)} cells, expected {len(columns)}")
    named = zip(columns, cells, strict=False)
    return AskedRow(**{column: cell.strip() for column, cell in named if column in COLUMNS and cell.strip()})
