"""The life of a document: one table of its states and of the events that change them.

The fold and the diagram in docs/life.md both follow from this table. Objections, performances, recognitions and repairs
are facts of their own and arrive in any order; a document's standing follows from all of them and the day.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from liancheng.records.entries import Standing, Verdict
from liancheng.records.facts import Document
from liancheng.standard import duties

BEGIN = "begin"


class Situation(NamedTuple):
    """Everything that a standing depends on.

    `moved`: a newer revision than the one held names another subject. `repaired`: it has a repair that counts.
    """

    document: Document
    verdict: Verdict
    moved: bool
    repaired: bool
    day: date


class State(NamedTuple):
    """A standing, and the events that lead into it and out of it.

    `entered_by`: events that bring a document into this state from a state further down the table. `left_by`: events
    that can end it, each with the standings that can follow.
    """

    name: Standing
    chinese: str
    holds: Callable[[Situation], bool]
    entered_by: tuple[str, ...]
    left_by: dict[str, tuple[Standing, ...]]


class Transition(NamedTuple):
    before: str
    event: str
    after: Standing


def _is_over(situation: Situation) -> bool:
    last = situation.verdict.last_published_day
    return last is not None and situation.day > last


def _is_unperformed(situation: Situation) -> bool:
    return situation.verdict.unperformed_rule is not None and not duties.performed(situation.document)


_PUBLISHED: tuple[Standing, ...] = ("repaired", "expired_unperformed", "expired", "active")

# The first state whose `holds` is true is the document's standing.
STATES: tuple[State, ...] = (
    State(
        "moved",
        "已归于其他主体",
        lambda situation: situation.moved,
        ("decision",),
        {"decision": ("revoked", "unpublished", *_PUBLISHED)},
    ),
    State("revoked", "已撤销", lambda situation: situation.document.revocation is not None, ("revocation",), {}),
    State(
        "unpublished",
        "不公示",
        lambda situation: situation.verdict.last_published_day is None,
        ("decision", "standard"),
        {"decision": _PUBLISHED, "standard": _PUBLISHED},
    ),
    State(
        "repaired",
        "已修复",
        lambda situation: situation.repaired,
        ("repair", "performance", "recognition", "decision", "standard"),
        dict.fromkeys(("repair", "recognition", "decision", "standard"), _PUBLISHED[1:]),
    ),
    State(
        "expired_unperformed",
        "期满未履行",
        lambda situation: _is_over(situation) and _is_unperformed(situation),
        ("day", "decision", "standard"),
        {"performance": ("expired",), "decision": ("expired", "active"), "standard": ("expired", "active")},
    ),
    State(
        "expired",
        "公示期满",
        _is_over,
        ("day", "decision", "standard"),
        dict.fromkeys(("decision", "standard"), ("active",)),
    ),
    State("active", "公示中", lambda situation: True, ("decision",), {}),
)


def standing(situation: Situation) -> Standing:
    """Returns the standing of a document."""
    for state in STATES:
        if state.holds(situation):
            return state.name
    raise AssertionError("active always holds")


def transitions() -> Iterator[Transition]:
    """Yields every transition that one event, one day or a new version of the standard can make.

    A life begins (`BEGIN`) when the decision arrives. Events that arrived before it count from the start, so a life can
    begin in any standing but `moved`.
    """
    for rank, state in enumerate(STATES):
        if state.name != "moved":
            yield Transition(BEGIN, "decision", state.name)
        for weaker in STATES[rank + 1 :]:
            yield from (Transition(weaker.name, event, state.name) for event in state.entered_by)
        yield from (Transition(state.name, event, after) for event, afters in state.left_by.items() for after in afters)
