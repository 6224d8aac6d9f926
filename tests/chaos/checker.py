"""What must hold after anything that may have happened: from what was sent and read to anomalies.

Two things are known for sure: what agencies sent, and what readers of committed records see. That the events stand as
they were sent is checked here; what follows from them, by the checks of `liancheng verify`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from cli.verify.check import check as verify
from cli.verify.source import Spot
from liancheng.records import topics
from stream_apps.stage import Place, Record


class Sent(NamedTuple):
    """One event as an agency sent it, and what its producer was told.

    `ok`: it stands at `place`. `failed`: it must not be on the topic. `unknown`: it may be there, or not.
    """

    province: str
    key: bytes
    value: bytes
    state: Literal["ok", "failed", "unknown"]
    place: tuple[int, int] | None = None


@dataclass
class History:
    """What was sent, and the committed records of every topic, each topic's in the order of partition and offset."""

    sent: list[Sent]
    records: dict[str, list[Record]]
    watched_before: frozenset[bytes] = frozenset()  # watches that alerting had read before the first event was sent

    def of(self, topic: str) -> list[Record]:
        return self.records.get(topic, [])

    def named(self, topic: topics.Topic) -> dict[str, list[Record]]:
        """The records of each province or bank that has such a topic."""
        return {
            name.removeprefix(topic.prefix): records
            for name, records in self.records.items()
            if name.startswith(topic.prefix)
        }


class Anomaly(NamedTuple):
    name: str
    text: str


class Whole:
    """A history as the checks of `liancheng verify` read it: everything was worked off.

    `kept_since_ms`: nothing younger was compacted away. `processed_to`: where stages stand, if not at the end.
    """

    def __init__(self, history: History, kept_since_ms: int = 0) -> None:
        self.history = history
        self.kept_since_ms = kept_since_ms
        self.dead: Mapping[Spot, str] = {}
        self.processed_to: dict[tuple[str, str, int], int] = {}
        self.provinces: Sequence[str] = sorted(history.named(topics.PENALTY_EVENTS))
        self.banks: Sequence[str] = sorted(history.named(topics.BANK_ALERTS))

    @cached_property
    def _places(self) -> dict[Place, list[Record]]:
        split: dict[Place, list[Record]] = defaultdict(list)
        for records in self.history.records.values():
            for record in records:
                split[record.topic, record.partition].append(record)
        return split

    def records(self, topic: str, partition: int) -> Iterator[Record]:
        return iter(self._places.get((topic, partition), ()))

    def record(self, spot: Spot) -> Record | None:
        topic, partition, _ = spot
        return next((record for record in self.records(topic, partition) if record[:3] == spot), None)

    def processed(self, stage: str, topic: str, partition: int) -> int:
        return self.processed_to.get((stage, topic, partition), 1 << 62)

    def watched_first(self, key: bytes) -> bool:
        return key in self.history.watched_before


def check(history: History) -> list[Anomaly]:
    """All anomalies of a run; an empty list is the proof that each event counted exactly once."""
    report = verify(Whole(history))
    return [*lost_events(history), *(Anomaly(one.name, one.line()) for one in report.discrepancies)]


def lost_events(history: History) -> Iterator[Anomaly]:
    """`lost event`: acknowledged, but not where it was said to be. `event from nowhere`: on the topic, but not sent."""
    for province, records in history.named(topics.PENALTY_EVENTS).items():
        sent = [one for one in history.sent if one.province == province]
        there = {(record.partition, record.offset): (record.key, record.value) for record in records}
        for one in sent:
            if one.state == "ok" and there.pop(one.place or (-1, -1), None) != (one.key, one.value):
                yield Anomaly("lost event", f"{province} {one.place} {one.key!r}")
        perhaps = Counter((one.key, one.value) for one in sent if one.state == "unknown")
        for place, found in there.items():
            perhaps[found] -= 1
            if perhaps[found] < 0:
                yield Anomaly("event from nowhere", f"{province} {place} {found[0]!r}")
