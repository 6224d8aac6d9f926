"""An agency's file: JSON lines of events, or the 双公示 penalty table as CSV or in an Excel workbook."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from file_formats import tables as tables_of_files
from file_formats.refusals import FileRefusedError
from liancheng.intake import unreadable
from liancheng.records.facts import Finding
from producers import columns, kind_codes, tables
from producers.kind_codes import KindCodes
from producers.layouts import Layout
from producers.rows import EventRow

NOTE, LINE = "_refused", "_line"  # keys added to a refused object: the reasons; the text of a line that is no object
UNREADABLE = (msgspec.DecodeError, RecursionError)


@dataclass(frozen=True)
class EventFile:
    """`layout` is the table's, None for JSON lines. Rows are in the file's order. `notes` are for its sender."""

    name: str
    rows: tuple[EventRow, ...]
    layout: Layout | None = None
    notes: tuple[str, ...] = ()
    is_workbook: bool = False

    def label(self, field: str) -> str:
        """What the sender calls an event's field."""
        return self.layout.header_of(field) if self.layout else field


def read(raw: bytes, name: str, codes: KindCodes = kind_codes.NONE) -> EventFile:
    """All rows of a file; those that cannot be read say why, and do not stop the others.

    Args:
        raw: the file's bytes.
        name: the file's, for errors and, by its ending, to tell JSON from CSV.
        codes: what codes in 处罚类别 mean.

    Raises:
        WrongUseError: empty, of another kind, in another encoding, or without the columns that a decision needs.
    """
    table = tables_of_files.read(raw, name, columns.KIND)
    if isinstance(table, list):
        return EventFile(name, tuple(_json_rows(table)))
    layout, rows, notes = tables.read(table, name, codes)
    if not rows:
        raise FileRefusedError(name, "no-rows")
    return EventFile(name, tuple(rows), layout, notes, table.is_workbook)


def _json_rows(lines: Iterable[tuple[int, str]]) -> Iterator[EventRow]:
    for number, line in lines:
        stood = _without_note(line.strip())
        event = unreadable.decode(stood.encode())
        if isinstance(event, Finding):
            yield EventRow(number, None, (event,), text=stood)
        else:
            reference = event.reference or f"line {number}"
            yield EventRow(number, msgspec.structs.replace(event, reference=reference), text=stood)


def _without_note(line: str) -> str:
    """The line as it was before `refused` put a note to it, with what was corrected since."""
    if f'"{NOTE}"' not in line:
        return line
    try:
        noted = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return line
    if LINE in noted:
        return str(msgspec.json.decode(noted[LINE]))
    noted.pop(NOTE, None)
    return msgspec.json.encode(noted).decode()
