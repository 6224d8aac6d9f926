"""The state of an objection 异议 to a document."""

from datetime import date
from typing import NamedTuple

from liancheng.records.entries import Objection
from liancheng.records.facts import Document


class Due(NamedTuple):
    """The day by which an objection must be decided (None if that year's holidays are not known yet), and the rule."""

    day: date | None
    rule: str


def is_open(document: Document) -> bool:
    """Returns whether it was raised and not resolved since. Its own days order the steps, not their arrival."""
    raised, resolved = document.objection_raised, document.objection_resolved
    return raised is not None and (resolved is None or raised.day > resolved.day)


def state_of(document: Document, due: Due | None) -> Objection | None:
    """Returns its state, or None if there is no objection. `due` is None if the standard has no term for it."""
    raised, resolved = document.objection_raised, document.objection_resolved
    if raised and is_open(document):
        return Objection(
            state="open",
            raised_day=raised.day,
            due_day=due.day if due else None,
            due_rule=due.rule if due else None,
        )
    if resolved is None:
        return None
    return Objection(
        state="resolved",
        raised_day=raised.day if raised else None,
        resolved_day=resolved.day,
        outcome=resolved.outcome,
    )
