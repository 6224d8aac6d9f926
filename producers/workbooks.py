"""A table in an Excel workbook (xlsx, or the old xls): the first visible sheet with the table's header is read.

Cells become the text that Excel shows: 13.8 is 13.8, a day is 2024-03-05. Excel keeps 15 digits of a number; a longer
one is written as Excel writes it, 9.13100001234568E+17, so that it is seen that digits are lost.
"""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from liancheng.errors import WrongUseError
from producers import columns
from producers.csv_text import HEADER_WITHIN
from producers.rows import Record

_KNOWN_MIN = 3  # headers in a row that make it the table's
_LONGEST = 1e15  # from here on Excel has lost digits
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MAX_WIDTH = 256  # columns; a sheet that is “formatted” to its last column has 16,384


class Sheet(NamedTuple):
    """All rows of a sheet, where its header is among them, and what its sender should know."""

    records: list[Record]
    header: int
    notes: tuple[str, ...]


def is_workbook(raw: bytes) -> bool:
    """Whether the bytes are an Excel workbook's, by how they begin and what the archive names."""
    return (raw.startswith(b"PK\x03\x04") and b"xl/workbook" in raw) or raw.startswith(_OLE)


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(raw: bytes, name: str) -> Sheet:
    """Raises WrongUseError: locked by a password, damaged, no workbook, or no sheet with anything on it."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            sheets = _sheets(book)
    except PasswordError as error:
        raise WrongUseError(
            f"{name}: the workbook is locked by a password: save it without one and send that"
        ) from error
    except CalamineError as error:
        raise WrongUseError(
            f"{name}: it looks like an Excel workbook but cannot be read ({error}): open it in Excel or WPS, save it "
            "as xlsx and send that"
        ) from error
    filled = [(title, records) for title, records in sheets if records]
    if not filled:
        raise WrongUseError(f"{name}: found no visible sheet with anything on it, expected a table")
    return _chosen(filled, [title for title, records in sheets if not records])


def _sheets(book: CalamineWorkbook) -> list[tuple[str, list[Record]]]:
    """Visible worksheets by name, each with its rows that are not empty."""
    shown = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    return [(title, _records(book.get_sheet_by_name(title).to_python(skip_empty_area=False))) for title in shown]


def _records(rows: Iterable[Sequence[Any]]) -> list[Record]:
    texts = ((line, [text_of(cell) for cell in cells[:_MAX_WIDTH]]) for line, cells in enumerate(rows, 1))
    filled = [(line, cells) for line, cells in texts if any(cell.strip() for cell in cells)]
    width = max((number for _, cells in filled for number, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return [Record(line, cells[:width]) for line, cells in filled]


def _chosen(sheets: list[tuple[str, list[Record]]], empty: list[str]) -> Sheet:
    best = [(title, records, *_header(records)) for title, records in sheets]
    title, records, header, _ = next((sheet for sheet in best if sheet[3] >= _KNOWN_MIN), best[0])
    notes = []
    if skipped := [*(other for other, _, _, known in best if other != title and known < _KNOWN_MIN), *empty]:
        notes.append(f"the sheet {title} is read; without a table, and skipped: {', '.join(skipped)}")
    if more := [other for other, _, _, known in best if other != title and known >= _KNOWN_MIN]:
        notes.append(
            f"warning: the sheet {title} is read; NOT read, though there is a table: {', '.join(more)}: "
            "save each as a workbook of its own and publish it too"
        )
    return Sheet(records, header, tuple(notes))


def _header(records: list[Record]) -> tuple[int, int]:
    """The index of the row with most headers, and how many those are."""
    known = [columns.recognised(record.cells) for record in islice(records, HEADER_WITHIN)]
    return known.index(max(known)), max(known)


def text_of(cell: object) -> str:
    """A cell's text; `cell` is what calamine makes of it: str, float, int, bool, a day, a moment, a time."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != datetime.min.time() else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _number(value: float) -> str:
    if abs(value) >= _LONGEST:
        return f"{value:.14E}"
    return format(Decimal(f"{value:.15g}"), "f")


def write(rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook of one sheet, every cell a text: Excel must make no number of a code, and no formula of a text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("拒收")
    for row in rows:
        cells = [WriteOnlyCell(sheet, _NOT_IN_XML.sub("", str(value))) for value in row]
        for cell in cells:
            cell.data_type, cell.number_format = "s", "@"
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
