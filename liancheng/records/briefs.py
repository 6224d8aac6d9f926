"""An entry as an alert is made from it: what no alert names is not read, which halves the time of reading it.

The structs have the fields of their namesakes in `entries` and `facts`; whoever tells of an entry needs no others.
"""

from datetime import date
from typing import Any, cast

import msgspec

from liancheng import codec
from liancheng.records.entries import Change, Entry, Level, ListDay, Objection, PublicationSeverity, Repeat, Standing
from liancheng.records.facts import Kind


class _Part(msgspec.Struct, gc=False, frozen=True, kw_only=True):
    pass


class _Decision(_Part, frozen=True, kw_only=True):
    decision_day: date
    kinds: tuple[Kind, ...]
    fine_fen: int | None = None
    confiscated_fen: int | None = None


class _Recognition(_Part, frozen=True, kw_only=True):
    recognition_no: str


class _Repair(_Part, frozen=True, kw_only=True):
    day: date


class _Document(_Part, frozen=True, kw_only=True):
    id: str
    province: str
    authority: str
    document_no: str
    decision: _Decision
    recognition_decided: _Recognition | None = None
    repair: _Repair | None = None


class _Act(_Part, frozen=True, kw_only=True):
    act: int
    counts: bool
    rule: str
    source: str
    mark: str


class _Verdict(_Part, frozen=True, kw_only=True):
    severity: PublicationSeverity | None = None
    acts: tuple[_Act, ...] = ()
    earliest_repair_day: date | None = None
    last_published_day: date | None = None


class _Case(_Part, frozen=True, kw_only=True):
    document: _Document
    verdict: _Verdict
    standing: Standing
    level: Level
    objection: Objection | None = None


class _Entry(_Part, tag="entry", frozen=True, kw_only=True):
    uscc: str
    name: str
    level: Level
    sequence: int
    day: date
    standard: str
    cases: tuple[_Case, ...]
    change: Change
    repeats: tuple[Repeat, ...] = ()


_decode = codec.decoder(_Entry | ListDay)


def read(raw: bytes, what: str) -> Entry | None:
    """The entry, as far as `alerting` looks at it; None where the record is a day's.

    Raises:
        UndigestibleError: it is neither; `what` is how the error calls it.
    """
    record: Any = codec.read(_decode, raw, what)
    return None if isinstance(record, ListDay) else cast("Entry", record)
