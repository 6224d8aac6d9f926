"""What a file is read into: one row for each event, or for what should have been one."""

from dataclasses import dataclass
from typing import NamedTuple

from liancheng.records.events import Event
from liancheng.records.facts import Finding


class Note(NamedTuple):
    """What was done with a row that its sender should know, though nothing is wrong. `code` groups the like."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event, or why there is none.

    `line` is where it begins in the file, or its row in the workbook; `cells` (a table's) or `text` (a JSON line) how
    it stood there. Of a row that is out of shape, the first cell holds all.
    """

    line: int
    event: Event | None
    findings: tuple[Finding, ...] = ()
    cells: tuple[str, ...] = ()
    text: str = ""
    notes: tuple[Note, ...] = ()
