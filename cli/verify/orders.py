"""One watch: is there an order of its company's entries and its own records that leads to the alerts that stand?

Kafka orders the records of each of the two topics, not the one topic's against the other's. So the ways through both
are walked together; one that leads to another alert than the next that stands ends there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cli.verify.asking import Asked, Step
from cli.verify.older import Older
from cli.verify.report import fingerprint
from cli.verify.source import COMPACTION_LAG_MS


class Input(NamedTuple):
    """An entry or a watch. `in_flight`: alerting may not have worked it off yet. `written_ms` None: it is gone."""

    value: bytes | None
    in_flight: bool = False
    written_ms: int | None = None


class Node(NamedTuple):
    """Where a way has come to: so many alerts stand already, and this is the watch's state.

    `due`: the states since all was worked off that is not in flight.
    """

    alerts: int
    state: bytes | None
    due: frozenset[bytes | None] = frozenset()


@dataclass
class Ways:
    """What the ways that explain all alerts so far end in."""

    ends: set[Node] = field(default_factory=set)  # states after everything that must have been worked off
    states: set[bytes | None] = field(default_factory=set)  # states on any way
    expected: list[bytes] = field(
        default_factory=list
    )  # alerts that the longest ways asked for, where none explains all
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

    def entry_may_come(self, taken: int, number: int) -> bool:
        """Whether the next entry may have been read before the next watch."""
        if taken == len(self.entries) or (self.watched_first and number == 0):
            return False
        return number == len(self.watches) or not _long_before(self.watches[number], self.entries[taken])

    def watch_may_come(self, taken: int, number: int) -> bool:
        """Whether the next watch may have been read before the next entry."""
        if number == len(self.watches):
            return False
        return taken == len(self.entries) or not _long_before(self.entries[taken], self.watches[number])


def _long_before(one: Input, other: Input) -> bool:
    """Whether it was read first for certain: alerting never lies so far behind, or compaction would lose changes."""
    if one.written_ms is None or other.written_ms is None:
        return False
    return other.written_ms - one.written_ms >= COMPACTION_LAG_MS


def ways(asked: Asked, watched: Watched, older: Older | None = None) -> Ways:
    """Walk all orders, entries along one side and watches along the other.

    `older`: before the first of its records that is left there may have been others.
    """
    return _Walk(asked, watched, older).all()


class _Walk:
    def __init__(self, asked: Asked, watched: Watched, older: Older | None) -> None:
        self.asked, self.watched, self.older = asked, watched, older
        self.found = Ways()

    def all(self) -> Ways:
        row: list[set[Node]] = [set() for _ in range(len(self.watched.watches) + 1)]
        row[0].add(Node(0, None))
        for taken in range(len(self.watched.entries) + 1):
            following: list[set[Node]] = [set() for _ in row]
            for number in range(len(row)):
                if number == 0 and self.older:
                    self._watches_of_old(self.older, taken, row[0])
                for node in row[number]:
                    self._from(node, taken, number, row, following)
            row = following
        return self.found

    def _from(self, node: Node, taken: int, number: int, row: list[set[Node]], following: list[set[Node]]) -> None:
        self.found.states.add(node.state)
        if _all_in_flight(self.watched.entries[taken:]) and _all_in_flight(self.watched.watches[number:]):
            node = node._replace(due=node.due | {node.state})
            if node.alerts == len(self.watched.alerts):
                self.found.ends.add(node)
        if self.watched.watch_may_come(taken, number):
            watch = self.watched.watches[number]
            step = self.asked.watch(self.watched.key, node.state, self._entry_before(taken), watch.value)
            row[number + 1].update(self._reached(node, [step], watch.in_flight))
        if self.watched.entry_may_come(taken, number):
            entry = self.watched.entries[taken]
            following[number].update(self._reached(node, self._told(node, entry, number), entry.in_flight))

    def _entry_before(self, taken: int) -> bytes | None:
        return self.watched.entries[taken - 1].value if taken else None

    def _told(self, node: Node, entry: Input, number: int) -> Iterable[Step]:
        value = entry.value or b""
        if number == 0 and self.older:
            return self.older.on_entry(node.alerts, node.state, value)
        return [self.asked.entry(self.watched.key, node.state, value) if node.state else Step(None, None)]

    def _watches_of_old(self, older: Older, taken: int, nodes: set[Node]) -> None:
        """Add what watches that are gone may have led to at this place, until nothing is new."""
        new = set(nodes)
        while new:
            node = new.pop()
            for step in older.on_watch(node.alerts, node.state, self._entry_before(taken)):
                new |= set(self._reached(node, [step], False)) - nodes
            nodes |= new

    def _reached(self, node: Node, steps: Iterable[Step], in_flight: bool) -> Iterator[Node]:
        """Where the steps lead, those that ask for another alert than the one that stands left out."""
        for step in steps:
            if step.alert is None:
                yield node._replace(state=step.state)
            elif node.alerts == len(self.watched.alerts):
                if in_flight:  # it may not be in the cut
                    yield node._replace(state=step.state)
                else:
                    self._asked_for(node, step.alert)
            elif fingerprint(b"", step.alert) == self.watched.alerts[node.alerts]:
                yield node._replace(alerts=node.alerts + 1, state=step.state)
                if node.alerts + 1 > self.found.alerts:
                    self.found.alerts, self.found.expected = node.alerts + 1, []
            else:
                self._asked_for(node, step.alert)

    def _asked_for(self, node: Node, alert: bytes) -> None:
        """Of the longest ways, that on which the watch came soonest first."""
        if node.alerts == self.found.alerts and alert not in self.found.expected:
            self.found.expected.append(alert)


def _all_in_flight(left: Sequence[Input]) -> bool:
    """Whether alerting may have stopped here: it is not bound to have worked off what is left."""
    return all(one.in_flight for one in left)
