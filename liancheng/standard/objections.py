"""How the objection 异议 to a document stands."""

from datetime import date
from typing import NamedTuple

from liancheng.records.entries import Objection
from liancheng.records.facts import Document


class Due(NamedTuple):
    """By when an objection is to be decided (None: the holidays of that year are not known yet), and by which rule."""

    day: date | None
    rule: str


def is_open(document: Document) -> bool:
    """Raised, and not resolved since. Its own days order the steps, not their arrival: as with a recognition."""
    raised, resolved = document.objection_raised, document.objection_resolved
    return raised is not None and (resolved is None or raised.day > resolved.day)


def stand(document: Document, due: Due | None) -> Objection | None:
    """The objection as it stands. `due`: the province's term, where one was read."""
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
