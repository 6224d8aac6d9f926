"""The refused rows of a file with the reasons next to them, to be corrected in place and sent again."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from liancheng.errors import WrongUseError
from liancheng.records.facts import Finding
from liancheng.text.findings import sentence
from producers.columns import REASONS, header_of
from producers.files import LINE, NOTE, UNREADABLE, EventFile
from producers.rows import EventRow

Refused = Iterable[tuple[EventRow, Sequence[Finding]]]

_FINE = "fine_wan"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def check_name(file: EventFile, name: str) -> None:
    """Raises WrongUseError where rows of `file` cannot be written as the name's ending says."""
    suffix = PurePath(name).suffix.lower()
    if suffix in (".xls", ".et", ".xlsb", ".ods") or (suffix == ".xlsx" and file.layout is None):
        kind = (
            "JSON lines: name it .jsonl" if file.layout is None else "CSV or an Excel workbook: name it .csv or .xlsx"
        )
        raise WrongUseError(f"--refused-to {name}: rows of {file.name} are written as {kind}")


def render(file: EventFile, rows: Refused, name: str = "") -> bytes:
    """A workbook where `name` ends in .xlsx; else CSV in UTF-8 with BOM, which Excel opens right; JSON lines for such.

    A table has the columns of the file and `REASONS` at its end; before them 罚款金额（万元）, to be filled in, where
    the first edition's table has no amounts. JSON lines hold the objects as they were, with the key `NOTE`.
    """
    if file.layout is None:
        return b"".join(_noted(row, "; ".join(map(sentence, findings))) for row, findings in rows)
    table = _table(file, rows)
    if PurePath(name).suffix.lower() == ".xlsx":
        return workbook(table)
    out = io.StringIO(newline="")
    csv.writer(out).writerows(table)
    return out.getvalue().encode("utf-8-sig")


def _table(file: EventFile, rows: Refused) -> Iterator[list[object]]:
    layout = file.layout
    assert layout is not None
    width = len(layout.header)
    kept = [position for position in range(width) if position not in layout.reasons]
    more = [header_of(_FINE)] if layout.first_edition and not layout.has(_FINE) else []
    yield [*(layout.header[position] for position in kept), *more, *REASONS]
    for row, findings in rows:
        cells = (*row.cells, *[""] * width)
        reasons = " | ".join(sentence(finding, file.label) for finding in findings)
        yield [*(cells[position] for position in kept), *("" for _ in more), row.line, reasons]


def _noted(row: EventRow, reasons: str) -> bytes:
    try:
        noted: dict[str, Any] = msgspec.json.decode(row.text, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        noted = {LINE: row.text}
    return msgspec.json.encode({**noted, NOTE: f"line {row.line}: {reasons}"}) + b"\n"


def workbook(rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook of one sheet, every cell a text: Excel must turn no code into a number, and no text into a formula."""
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
