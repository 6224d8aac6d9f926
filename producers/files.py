"""An agency's file: JSON lines of events, or the 双公示 penalty table as CSV or in an Excel workbook."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

import msgspec

from file_formats import text
from file_formats import workbooks as sheets
from liancheng.errors import WrongUseError
from liancheng.intake import unreadable
from liancheng.records.facts import Finding
from producers import csv_text, kind_codes, tables, workbooks
from producers.kind_codes import KindCodes
from producers.layouts import Layout
from producers.rows import EventRow

NOTE, LINE = "_refused", "_line"  # keys beside a refused object: the reasons; or the text of a line that is no object
UNREADABLE = (msgspec.DecodeError, RecursionError)
_JSON_NAMES = (".json", ".jsonl", ".ndjson")


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
        name: the file's, for errors and, by its ending, for telling JSON from CSV.
        codes: what codes in 处罚类别 mean.

    Raises:
        WrongUseError: empty, of another kind, in another encoding, or without the columns that a decision needs.
    """
    if sheets.is_workbook(raw):
        sheet = workbooks.read(raw, name)
        layout, rows, notes = tables.read(sheet.records, sheet.header, name, codes)
        return _filled(EventFile(name, tuple(rows), layout, (*sheet.notes, *notes), is_workbook=True))
    content = text.decode(raw, name)
    if _is_json(content, name):
        return _filled(EventFile(name, tuple(_json_rows(content))))
    records, header = csv_text.records(content, name)
    layout, rows, notes = tables.read(records, header, name, codes)
    return _filled(EventFile(name, tuple(rows), layout, notes))


def _filled(file: EventFile) -> EventFile:
    if not file.rows:
        raise WrongUseError(f"{file.name}: found no rows, expected at least one below the header")
    return file


def _is_json(content: str, name: str) -> bool:
    """By the first character, and by the file's name where that tells nothing.

    Raises:
        WrongUseError: JSON, but not one object a line.
    """
    start = content.lstrip()
    if start.startswith("["):
        raise WrongUseError(f"{name}: found a JSON array, expected one object a line: `jq -c '.[]'` makes that of it")
    if start.split("\n", 1)[0].strip() == "{":
        raise WrongUseError(f"{name}: found an object over several lines, expected one a line: use `jq -c .`")
    return start.startswith("{") or PurePath(name).suffix.lower() in _JSON_NAMES


def _json_rows(content: str) -> Iterator[EventRow]:
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        stood = _without_note(line.strip())
        event = unreadable.decode(stood.encode())
        if isinstance(event, Finding):
            yield EventRow(number, None, (event,), text=stood)
        else:
            reference = event.reference or f"line {number}"
            yield EventRow(number, msgspec.structs.replace(event, reference=reference), text=stood)


def _without_note(line: str) -> str:
    """The line as it was before `refused` put a note to it, with what was mended since."""
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
