"""The 双公示 penalty table, whether from CSV or a workbook: its header found, each row a decision or refused."""

from collections import Counter
from collections.abc import Sequence

from file_formats import refusals
from file_formats.csv_rows import FileRow
from file_formats.tables import Table
from liancheng.records.events import Decision
from liancheng.records.facts import Finding
from liancheng.text import findings
from producers import columns, values
from producers.kind_codes import KindCodes
from producers.layouts import Layout, lay_out
from producers.rows import EventRow

_NOTES = {
    "fine.read": "fines are read from the text of 处罚结果, for the table has no amounts",
    "objected": "rows are published with an objection pending: send each objection as a JSON line",
}


def read(table: Table, name: str, codes: KindCodes) -> tuple[Layout, list[EventRow], tuple[str, ...]]:
    """The columns, the rows, and what their sender should know of them.

    Raises:
        WrongUseError: it is another table.
    """
    layout = lay_out(table.header.cells, name)
    below = [row for row in table.rows if not _is_header(row, layout)]
    rows = [_row(row, layout, codes) for row in below]
    notes = (*table.notes, *_skipped(table, len(table.rows) - len(below)), *_own_notes(layout, rows))
    return layout, rows, notes


def _is_header(row: FileRow, layout: Layout) -> bool:
    """Templates print the field codes below the names, and long tables their header on every page."""
    first = next(position for position, field in layout.fields.items() if field == "document_no")
    if row.broken or len(row.cells) <= first or not columns.column_of(row.cells[first]):
        return False
    return columns.recognised(row.cells) >= len(set(layout.fields.values())) // 2


def _skipped(table: Table, repeated: int) -> list[str]:
    notes = []
    if above := sum(1 for row in table.above if any(cell.strip() for cell in row.cells)):
        notes.append(f"the header is in row {table.header.line}; {above} above it skipped")
    if repeated:
        notes.append(f"{repeated} rows that repeat the header skipped")
    return notes


def _own_notes(layout: Layout, rows: Sequence[EventRow]) -> list[str]:
    seen = Counter(note.code for row in rows if row.event for note in row.notes)
    first: dict[str, str] = {}
    for row in rows:
        for note in row.notes:
            if row.event:
                first.setdefault(note.code, f"row {row.line}: {note.text}")
    notes = [f"{seen[code]:,} {_NOTES[code]}; the first, {text}" for code, text in first.items()]
    if layout.effective_day:
        notes.append(
            f"warning: there is no 处罚决定日期, so {layout.header_of('decision_date')} is taken for it: "
            "add that column where the days differ"
        )
    return notes


def _row(row: FileRow, layout: Layout, codes: KindCodes) -> EventRow:
    if defect := _out_of_shape(row, layout):
        return EventRow(row.line, None, (defect,), cells=(",".join(row.cells),))
    reading = values.read(row.cells, layout, codes)
    event = None if reading.defects else Decision(**reading.values, reference=f"row {row.line}")
    return EventRow(row.line, event, tuple(reading.defects), tuple(row.cells), notes=tuple(reading.notes))


def _out_of_shape(row: FileRow, layout: Layout) -> Finding | None:
    """What is not repeated: in a row that is shifted, any cell may be about a person."""
    if row.broken:
        return refusals.broken_row(row.broken)
    if uneven := refusals.uneven_row(row.cells, len(layout.header)):
        return uneven
    if not any(row.cells[position].strip() for position in layout.fields if position):
        remedy = "remove it if it is a title or a sum; otherwise fill in the row as the table has it"
        return findings.error("row", "row.one_cell", "", "a decision; only the first cell is filled in", remedy)
    return None
