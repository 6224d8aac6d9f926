"""A document's life: how it stands, what brings it there and what takes it away. Fold and diagram read one table.

Objection, performance, recognition and repair are facts of their own and come in any order; a document's standing
follows from all of them and the day.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from liancheng.records.entries import Standing, Verdict
from liancheng.records.facts import Document
from liancheng.standard import duties

BEGIN = "begin"


class Situation(NamedTuple):
    """All that a standing follows from. `moved`: a newer revision than the one held names another subject.

    `repaired`: there is a repair that counts.
    """

    document: Document
    verdict: Verdict
    moved: bool
    repaired: bool
    day: date


class State(NamedTuple):
    """A standing. `by`: the events that bring a document there; `back`: those that can end it, and what follows."""

    name: Standing
    chinese: str
    holds: Callable[[Situation], bool]
    by: tuple[str, ...]
    back: dict[str, tuple[Standing, ...]]


class Transition(NamedTuple):
    before: str
    event: str
    after: Standing


def _over(now: Situation) -> bool:
    last = now.verdict.last_published_day
    return last is not None and now.day > last


_PUBLISHED: tuple[Standing, ...] = ("repaired", "expired_unperformed", "expired", "active")

# The first that holds.
STATES: tuple[State, ...] = (
    State(
        "moved",
        "已归于其他主体",
        lambda now: now.moved,
        ("decision",),
        {"decision": ("revoked", "unpublished", *_PUBLISHED)},
    ),
    State("revoked", "已撤销", lambda now: now.document.revocation is not None, ("revocation",), {}),
    State(
        "unpublished",
        "不公示",
        lambda now: now.verdict.last_published_day is None,
        ("decision", "standard"),
        {"decision": _PUBLISHED, "standard": _PUBLISHED},
    ),
    State(
        "repaired",
        "已修复",
        lambda now: now.repaired,
        ("repair", "performance", "recognition", "decision", "standard"),
        dict.fromkeys(("repair", "recognition", "decision", "standard"), _PUBLISHED[1:]),
    ),
    State(
        "expired_unperformed",
        "期满未履行",
        lambda now: _over(now) and now.verdict.unperformed_rule is not None and not duties.performed(now.document),
        ("day", "decision", "standard"),
        {"performance": ("expired",), "decision": ("expired", "active"), "standard": ("expired", "active")},
    ),
    State(
        "expired",
        "公示期满",
        _over,
        ("day", "decision", "standard"),
        dict.fromkeys(("decision", "standard"), ("active",)),
    ),
    State("active", "公示中", lambda now: True, ("decision",), {}),
)


def standing(now: Situation) -> Standing:
    """How a document stands."""
    for state in STATES:
        if state.holds(now):
            return state.name
    raise AssertionError("active always holds")


def transitions() -> Iterator[Transition]:
    """Every step that one event, one day or a new version of the standard can make. `begin`: its decision arrives.

    The events that came before the decision count from the start, so a life may begin in any standing but `moved`.
    """
    for rank, state in enumerate(STATES):
        if state.name != "moved":
            yield Transition(BEGIN, "decision", state.name)
        for weaker in STATES[rank + 1 :]:
            yield from (Transition(weaker.name, event, state.name) for event in state.by)
        yield from (Transition(state.name, event, after) for event, afters in state.back.items() for after in afters)
