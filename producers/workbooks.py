"""A table in an Excel workbook (xlsx, or the old xls): the first visible sheet with the table's header is read.

Cells become the text that Excel shows: 13.8 is 13.8, a day is 2024-03-05. Excel keeps 15 digits of a number; a longer
one is written as Excel writes it, 9.13100001234568E+17, so that it is seen that digits are lost.
"""

import io
import itertools
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from file_formats import workbooks
from liancheng.errors import WrongUseError
from producers import columns
from producers.csv_text import HEADER_WITHIN
from producers.rows import Record

_KNOWN_MIN = 3  # headers in a row that make it the table's
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Sheet(NamedTuple):
    """All rows of a sheet, where its header is among them, and what its sender should know."""

    records: list[Record]
    header: int
    notes: tuple[str, ...]


def read(raw: bytes, name: str) -> Sheet:
    """Raises WrongUseError: locked by a password, damaged, no workbook, or no sheet with anything on it."""
    found = [(title, list(itertools.starmap(Record, rows))) for title, rows in workbooks.read(raw, name)]
    filled = [(title, records) for title, records in found if records]
    if not filled:
        raise WrongUseError(f"{name}: found no visible sheet with anything on it, expected a table")
    return _chosen(filled, [title for title, records in found if not records])


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
