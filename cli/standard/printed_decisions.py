"""Decisions as a file prints them, complete or not: to look at citations even of rows that publishing would refuse."""

import re
from datetime import date
from typing import Any, NamedTuple

import msgspec

from liancheng.records.events import Decision
from liancheng.text.findings import sentence
from liancheng.text.normalise import normalise_day
from producers import files

# The names of fields in samples/real_decisions.jsonl, and in an event.
_COLLECTED = {
    "doc_no_as_printed": "document_no",
    "party_name": "name",
    "legal_basis": "legal_basis",
    "violated_provision": "violated",
    "facts": "facts",
}
_YEAR = re.compile(r"[〔﹝\[【(（]((?:19|20)\d\d)[〕﹞\]】)）]")


class PrintedDecision(NamedTuple):
    """`days`: the first and last day on which it may have been decided; empty if nothing says when."""

    row: int
    name: str | None
    document_no: str | None
    legal_basis: str | None
    violated: str | None
    days: tuple[date, ...]
    decided: str | None
    act_day: date | None
    stated_acts: tuple[int, ...]


def decisions(raw: bytes, name: str) -> tuple[list[PrintedDecision], list[str]]:
    """Returns the decisions of a file in its order, and a line for each row that cannot be read.

    Raises:
        WrongUseError: the file is of another kind, empty, or in an unknown encoding.
    """
    printed, unreadable = [], []
    rows = files.read(_as_events(raw), name).rows
    for number, row in enumerate(rows, 1):
        if isinstance(row.event, Decision):
            printed.append(_printed(number, row.event))
        else:
            why = "; ".join(map(sentence, row.findings)) or "it is not a decision"
            unreadable.append(f"line {row.line}: not classified: {why}")
    return printed, unreadable


def _printed(number: int, event: Decision) -> PrintedDecision:
    decided, days = _days(event)
    act_day = _day(event.act_date)
    if act_day and not days:
        decided, days = f"act of {act_day}", (act_day,)  # the act's day alone picks the edition
    return PrintedDecision(
        number,
        event.name,
        event.document_no,
        event.legal_basis,
        event.violated,
        days,
        decided,
        act_day,
        tuple(event.stated_acts or ()),
    )


def _days(event: Decision) -> tuple[str | None, tuple[date, ...]]:
    """The decision's day; if it is not printed, the year in its number."""
    if day := _day(event.decision_date):
        return day.isoformat(), (day,)
    if match := _YEAR.search(event.document_no or ""):
        year = int(match[1])
        return match[1], (date(year, 1, 1), date(year, 12, 31))
    return None, ()


def _day(text: str | None) -> date | None:
    return normalise_day(text, "", date.max)[0] if text and text.strip() else None


def _as_events(raw: bytes) -> bytes:
    """Turns lines of collected decisions into events; leaves everything else as it is."""
    if b'"doc_no_as_printed"' not in raw:
        return raw
    return b"\n".join(map(_as_event, raw.splitlines()))


def _as_event(line: bytes) -> bytes:
    try:
        collected: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.DecodeError:
        return line
    event = {field: collected.get(printed) for printed, field in _COLLECTED.items()}
    day = collected.get("decision_date") or collected.get("disclosed_or_published")
    return msgspec.json.encode({"type": "decision", **event, "decision_date": day})
