"""The 双公示 penalty table, whether from CSV or a workbook: its header found, each row a decision or refused."""

from collections import Counter
from collections.abc import Sequence

from liancheng.records.events import Decision
from liancheng.records.facts import Finding
from liancheng.text import findings
from producers import columns, values
from producers.kind_codes import KindCodes
from producers.layouts import Layout, lay_out
from producers.rows import EventRow, Record

_NOTES = {
    "fine.read": "fines are read from the text of 处罚结果, for the table has no amounts",
    "objected": "rows are published with an objection pending: send each objection as a JSON line",
}


def read(
    records: Sequence[Record], header: int, name: str, codes: KindCodes
) -> tuple[Layout, list[EventRow], tuple[str, ...]]:
    """The columns, the rows that are not empty, and what the sender should know of them.

    Raises:
        WrongUseError: the record number `header` is not that table's header.
    """
    layout = lay_out(records[header].cells, name)
    below = [record for record in records[header + 1 :] if any(cell.strip() for cell in record.cells)]
    body = [record for record in below if not _is_header(record, layout)]
    rows = [_row(record, layout, codes) for record in body]
    return layout, rows, (*_skipped(records[: header + 1], len(below) - len(body)), *_own_notes(layout, rows))


def _is_header(record: Record, layout: Layout) -> bool:
    """Templates print the field codes below the names, and long tables their header on every page."""
    first = next(position for position, field in layout.fields.items() if field == "document_no")
    if record.broken or len(record.cells) <= first or not columns.column_of(record.cells[first]):
        return False
    return columns.recognised(record.cells) >= len(set(layout.fields.values())) // 2


def _skipped(to_header: Sequence[Record], repeated: int) -> list[str]:
    notes = []
    above = sum(1 for record in to_header[:-1] if any(cell.strip() for cell in record.cells))
    if above:
        notes.append(f"the header is in row {to_header[-1].line}; {above} above it skipped")
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


def _row(record: Record, layout: Layout, codes: KindCodes) -> EventRow:
    if defect := _out_of_shape(record, layout):
        return EventRow(record.line, None, (defect,), cells=(",".join(record.cells),))
    reading = values.read(record.cells, layout, codes)
    event = None if reading.defects else Decision(**reading.values, reference=f"row {record.line}")
    return EventRow(record.line, event, tuple(reading.defects), tuple(record.cells), notes=tuple(reading.notes))


def _out_of_shape(record: Record, layout: Layout) -> Finding | None:
    """What is not repeated: in a row that is shifted, any cell may be about a person."""
    cells, width = record.cells, len(layout.header)
    if record.broken:
        expected = f"a row of CSV; this one is not ({record.broken})"
        remedy = 'put a cell that holds a quote into quotes, and write "" for each quote in it'
        return findings.error("row", "row.broken", "", expected, remedy)
    if len(cells) < width or any(cells[width:]):
        remedy = "put a cell that holds a comma or a line break into quotes, and add the commas that are missing"
        return findings.error("row", "row.length", f"{len(cells)} cells", f"{width}, as the header has", remedy)
    if not any(cells[position].strip() for position in layout.fields if position):
        remedy = "remove it if it is a title or a sum; else write the row out as the table has it"
        return findings.error("row", "row.one_cell", "", "a decision; only the first cell is filled in", remedy)
    return None
