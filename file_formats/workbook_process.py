"""A process of its own, which reads a workbook from stdin and writes its visible sheets to stdout, as JSON.

A damaged workbook, or one with a single cell far below and to the right of its table, makes the reading library ask for
tens of gigabytes and end its process. So it gets a process of its own, with a memory limit; `workbooks` starts it and
says what went wrong. It imports nothing of this project: it starts in 50 ms.
"""

import io
import json
import resource
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

LOCKED, UNREADABLE = 3, 4  # exit codes

_MEMORY_MAX = 4 << 30  # bytes; 100,000 rows of 30 cells need less than one gigabyte
_LOST_FROM = 1e15  # from here on Excel has lost digits

Rows = list[tuple[int, list[str]]]


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX, _MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as book:
            sheets = [(title, rows_of(book.get_sheet_by_name(title).iter_rows())) for title in _visible(book)]
    except PasswordError:
        return LOCKED
    except CalamineError as error:
        sys.stderr.write(str(error))
        return UNREADABLE
    sys.stdout.buffer.write(json.dumps(sheets).encode())
    return 0


def _visible(book: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def rows_of(cells: Iterable[Sequence[Any]]) -> Rows:
    """The rows that are not empty, each with its number in the sheet; no columns but those with anything in them."""
    texts = ((number, [text_of(cell) for cell in row]) for number, row in enumerate(cells, 1))
    filled = [(number, row) for number, row in texts if any(cell.strip() for cell in row)]
    width = max((place for _, row in filled for place, cell in enumerate(row, 1) if cell.strip()), default=0)
    return [(number, row[:width]) for number, row in filled]


def text_of(cell: object) -> str:
    """The text that Excel shows; `cell` is what calamine makes of it: text, number, bool, a day, a moment, a time."""
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
    if abs(value) >= _LOST_FROM:
        return f"{value:.14E}"
    return format(Decimal(f"{value:.15g}"), "f")


if __name__ == "__main__":
    sys.exit(main())
