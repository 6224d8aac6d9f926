"""An agency's file: JSON lines of events, or the 双公示 penalty table as CSV. Reads it, and writes what was refused."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import msgspec

from liancheng import unreadable
from liancheng.errors import WrongUseError
from liancheng.events import Event
from liancheng.facts import Finding
from producers import tables, text
from producers.columns import REASONS, Layout
from producers.receipts import sentence

NOTE, LINE = "_refused", "_line"  # keys beside a refused object: the reasons; or the text of a line that is no object
_UNREADABLE = (msgspec.DecodeError, RecursionError)
_JSON_NAMES = (".json", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Row:
    """An event, or why there is none. `line` is where it begins; `cells` (CSV) or `text` (JSON) how it stood there."""

    line: int
    event: Event | None
    findings: tuple[Finding, ...] = ()
    cells: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class EventFile:
    """`layout` is the table's, None for JSON lines. Rows are in the file's order."""

    name: str
    rows: tuple[Row, ...]
    layout: Layout | None = None

    def label(self, field: str) -> str:
        """What the sender calls an event's field."""
        return self.layout.header_of(field) if self.layout else field


def read(raw: bytes, name: str) -> EventFile:
    """All rows of a file; those that cannot be read say why, and do not stop the others.

    Args:
        raw: the file's bytes.
        name: the file's, for errors and, by its ending, for telling JSON from CSV.

    Raises:
        WrongUseError: empty, of another kind, in another encoding, or without the columns that a decision needs.
    """
    content = text.decode(raw, name)
    layout: Layout | None = None
    rows: Iterable[Row]
    if _is_json(content, name):
        rows = _json_rows(content)
    else:
        layout, found = tables.read(content, name)
        rows = (Row(row.line, row.event, row.findings, cells=row.cells) for row in found)
    file = EventFile(name, tuple(rows), layout)
    if not file.rows:
        raise WrongUseError(f"{name}: found no rows, expected at least one below the header")
    return file


def refused(file: EventFile, rows: Iterable[tuple[Row, Sequence[Finding]]]) -> bytes:
    """The refused rows with the reasons beside them, to be mended and sent again as they are.

    CSV is in UTF-8 with BOM, which Excel opens right, with the columns of the file and `REASONS` at the end; JSON lines
    hold the objects as they were, with the key `NOTE`.
    """
    if file.layout is None:
        lines = (_noted(row, "; ".join(map(sentence, findings))) for row, findings in rows)
        return b"".join(lines)
    out = io.StringIO(newline="")
    writer, width = csv.writer(out), len(file.layout.header)
    kept = [position for position in range(width) if position not in file.layout.reasons]
    writer.writerow([*(file.layout.header[position] for position in kept), *REASONS])
    for row, findings in rows:
        cells = (*row.cells, *[""] * width)
        reasons = " | ".join(sentence(finding, file.label) for finding in findings)
        writer.writerow([*(cells[position] for position in kept), row.line, reasons])
    return out.getvalue().encode("utf-8-sig")


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


def _json_rows(content: str) -> Iterator[Row]:
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        stood = _without_note(line.strip())
        event = unreadable.decode(stood.encode())
        if isinstance(event, Finding):
            yield Row(number, None, (event,), text=stood)
        else:
            reference = event.reference or f"line {number}"
            yield Row(number, msgspec.structs.replace(event, reference=reference), text=stood)


def _without_note(line: str) -> str:
    """The line as it was before `refused` put a note to it, with what was mended since."""
    if f'"{NOTE}"' not in line:
        return line
    try:
        noted = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except _UNREADABLE:
        return line
    if LINE in noted:
        return str(msgspec.json.decode(noted[LINE]))
    noted.pop(NOTE, None)
    return msgspec.json.encode(noted).decode()


def _noted(row: Row, reasons: str) -> bytes:
    try:
        noted: dict[str, Any] = msgspec.json.decode(row.text, type=dict[str, msgspec.Raw])
    except _UNREADABLE:
        noted = {LINE: row.text}
    return msgspec.json.encode({**noted, NOTE: f"line {row.line}: {reasons}"}) + b"\n"
