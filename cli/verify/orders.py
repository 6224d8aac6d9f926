"""One watch: is there an order of its company's entries and its own records that leads to the stored alerts?

Kafka orders the records within each of the two topics, not between them. So all orders are walked together; one that
leads to another alert than the next stored one ends there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cli.verify.alerting_unit import AlertingUnit, Step
from cli.verify.compacted_watches import CompactedWatches
from cli.verify.report import fingerprint
from cli.verify.source import COMPACTION_LAG_MS


class Input(NamedTuple):
    """An entry or a watch. `in_flight`: alerting may not have processed it yet. `written_ms` None: it is gone."""

    value: bytes | None
    in_flight: bool = False
    written_ms: int | None = None


class Node(NamedTuple):
    """A point in an order: how many of the stored alerts it has led to, and the watch's state.

    `due`: the states since everything was processed that is not in flight.
    """

    alerts: int
    state: bytes | None
    due: frozenset[bytes | None] = frozenset()


@dataclass
class Explanation:
    """What the orders lead to that explain the stored alerts."""

    ends: set[Node] = field(default_factory=set)  # after everything that must have been processed
    states: set[bytes | None] = field(default_factory=set)  # in any order
    # the next alerts of the longest orders, if none explains all
    expected: list[bytes] = field(default_factory=list)
    alerts: int = 0  # how many of the stored ones the longest order explains


@dataclass(frozen=True)
class WatchHistory:
    """One watch: its company's entries, its own records, digests of its stored alerts.

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


def _long_before(earlier: Input, later: Input) -> bool:
    """Whether it was certainly read first: alerting is never so far behind, or compaction would lose changes."""
    if earlier.written_ms is None or later.written_ms is None:
        return False
    return later.written_ms - earlier.written_ms >= COMPACTION_LAG_MS


def explain(unit: AlertingUnit, history: WatchHistory, compacted: CompactedWatches | None = None) -> Explanation:
    """Walks all orders, entries along one side and watches along the other.

    `compacted`: the watch may have had records before the first one that is left.
    """
    return _Walk(unit, history, compacted).all()


class _Walk:
    def __init__(self, unit: AlertingUnit, history: WatchHistory, compacted: CompactedWatches | None) -> None:
        self.unit, self.history, self.compacted = unit, history, compacted
        self.explanation = Explanation()

    def all(self) -> Explanation:
        row: list[set[Node]] = [set() for _ in range(len(self.history.watches) + 1)]
        row[0].add(Node(0, None))
        for taken in range(len(self.history.entries) + 1):
            following: list[set[Node]] = [set() for _ in row]
            for number in range(len(row)):
                if number == 0 and self.compacted:
                    self._add_compacted(self.compacted, taken, row[0])
                for node in row[number]:
                    self._from(node, taken, number, row, following)
            row = following
        return self.explanation

    def _from(self, node: Node, taken: int, number: int, row: list[set[Node]], following: list[set[Node]]) -> None:
        self.explanation.states.add(node.state)
        if _all_in_flight(self.history.entries[taken:]) and _all_in_flight(self.history.watches[number:]):
            node = node._replace(due=node.due | {node.state})
            if node.alerts == len(self.history.alerts):
                self.explanation.ends.add(node)
        if self.history.watch_may_come(taken, number):
            watch = self.history.watches[number]
            step = self.unit.on_watch(self.history.key, node.state, self._entry_before(taken), watch.value)
            row[number + 1].update(self._reached(node, [step], watch.in_flight))
        if self.history.entry_may_come(taken, number):
            entry = self.history.entries[taken]
            following[number].update(self._reached(node, self._steps(node, entry, number), entry.in_flight))

    def _entry_before(self, taken: int) -> bytes | None:
        return self.history.entries[taken - 1].value if taken else None

    def _steps(self, node: Node, entry: Input, number: int) -> Iterable[Step]:
        value = entry.value or b""
        if number == 0 and self.compacted:
            return self.compacted.on_entry(node.alerts, node.state, value)
        return [self.unit.on_entry(self.history.key, node.state, value) if node.state else Step(None, None)]

    def _add_compacted(self, compacted: CompactedWatches, taken: int, nodes: set[Node]) -> None:
        """Adds what watches that are gone may have led to at this point, until nothing is new."""
        new = set(nodes)
        while new:
            node = new.pop()
            for step in compacted.on_watch(node.alerts, node.state, self._entry_before(taken)):
                new |= set(self._reached(node, [step], False)) - nodes
            nodes |= new

    def _reached(self, node: Node, steps: Iterable[Step], in_flight: bool) -> Iterator[Node]:
        """Where the steps lead, without those that lead to another alert than the stored one."""
        for step in steps:
            if step.alert is None:
                yield node._replace(state=step.state)
            elif node.alerts == len(self.history.alerts):
                if in_flight:  # it may not be in the cut
                    yield node._replace(state=step.state)
                else:
                    self._expect(node, step.alert)
            elif fingerprint(b"", step.alert) == self.history.alerts[node.alerts]:
                yield node._replace(alerts=node.alerts + 1, state=step.state)
                if node.alerts + 1 > self.explanation.alerts:
                    self.explanation.alerts, self.explanation.expected = node.alerts + 1, []
            else:
                self._expect(node, step.alert)

    def _expect(self, node: Node, alert: bytes) -> None:
        """Of the longest orders, the one in which the watch came soonest is first."""
        if node.alerts == self.explanation.alerts and alert not in self.explanation.expected:
            self.explanation.expected.append(alert)


def _all_in_flight(left: Sequence[Input]) -> bool:
    """Whether alerting may have stopped before these: it need not have processed them."""
    return all(input_.in_flight for input_ in left)
