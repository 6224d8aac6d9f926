"""One watch: is there an order of its company's entries and its own records that leads to the alerts that stand?

Kafka orders the records of each of the two topics, not the one topic's against the other's. So the ways through both
are walked together; one that leads to another alert than the next that stands ends there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cli.verify.asking import Asked, Step
from cli.verify.report import fingerprint


class Input(NamedTuple):
    """An entry or a watch. `in_flight`: alerting may not have worked it off yet."""

    value: bytes | None
    in_flight: bool


class Node(NamedTuple):
    """Where a way has come to: so many alerts stand already, and this is the watch's state."""

    alerts: int
    state: bytes | None


@dataclass
class Ways:
    """What the ways that explain all alerts so far end in."""

    ends: set[Node] = field(default_factory=set)  # states after everything that must have been worked off
    states: set[bytes | None] = field(default_factory=set)  # states on any way
    expected: bytes | None = None  # the alert that the longest way asked for, where none explains all
    alerts: int = 0  # how many of those that stand the longest way explains


@dataclass(frozen=True)
class Watched:
    """One watch: its company's entries, its own records, digests of the alerts that stand.

    `watched_first`: its first record is known to have been read before any entry.
    """

    key: bytes
    entries: Sequence[Input]
    watches: Sequence[Input]
    alerts: Sequence[bytes]
    watched_first: bool = False


def ways(asked: Asked, watched: Watched) -> Ways:
    """Walk all orders, entries along one side and watches along the other."""
    found = Ways()
    row: list[set[Node]] = [set() for _ in range(len(watched.watches) + 1)]
    row[0].add(Node(0, None))
    for taken in range(len(watched.entries) + 1):
        before = watched.entries[taken - 1].value if taken else None
        following: list[set[Node]] = [set() for _ in row]
        for number, nodes in enumerate(row):
            for node in nodes:
                found.states.add(node.state)
                if number < len(watched.watches):
                    watch = watched.watches[number]
                    step = asked.watch(watched.key, node.state, before, watch.value)
                    _go_on(found, watched, node, step, in_flight=watch.in_flight, reach=row[number + 1].add)
                if taken < len(watched.entries) and not (watched.watched_first and number == 0):
                    entry = watched.entries[taken]
                    step = asked.entry(watched.key, node.state, entry.value or b"") if node.state else Step(None, None)
                    _go_on(found, watched, node, step, in_flight=entry.in_flight, reach=following[number].add)
                if _all_due(watched.entries[taken:]) and _all_due(watched.watches[number:]):
                    _end(found, watched, node)
        row = following
    return found


def _all_due(left: Sequence[Input]) -> bool:
    """Whether alerting may have stopped here: it is not bound to have worked off what is left."""
    return all(one.in_flight for one in left)


def _go_on(
    found: Ways, watched: Watched, node: Node, step: Step, *, in_flight: bool, reach: Callable[[Node], None]
) -> None:
    if step.alert is None:
        reach(Node(node.alerts, step.state))
    elif node.alerts == len(watched.alerts):
        if in_flight:  # it may not be in the cut
            reach(Node(node.alerts, step.state))
        else:
            _asked_for(found, node, step.alert)
    elif fingerprint(b"", step.alert) == watched.alerts[node.alerts]:
        reach(Node(node.alerts + 1, step.state))
        if node.alerts + 1 > found.alerts:
            found.alerts, found.expected = node.alerts + 1, None
    else:
        _asked_for(found, node, step.alert)


def _asked_for(found: Ways, node: Node, alert: bytes) -> None:
    """The first of the longest ways: the one on which the watch came soonest."""
    if node.alerts == found.alerts and found.expected is None:
        found.expected = alert


def _end(found: Ways, watched: Watched, node: Node) -> None:
    if node.alerts == len(watched.alerts):
        found.ends.add(node)
