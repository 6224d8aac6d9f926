"""What was found: the differences, and for each topic how much was compared."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from liancheng.records.facts import Model

KEPT_MAX = 1000  # differences of one name on one topic; more are only counted


class Difference(Model, tag="difference", frozen=True, kw_only=True):
    """One thing that is not as the folds say. `place` is `topic[partition]@offset`, of what it should have come from
    where nothing stands."""

    name: str
    topic: str
    place: str
    subject: str  # USCC, document id, or bank and number
    found: str = ""
    expected: str = ""

    def line(self) -> str:
        seen = self.found or "nothing"
        return f"{self.name}: {self.place} {self.subject}: found {seen}, expected {self.expected or 'nothing'}"


@dataclass
class Tally:
    """Counts of one topic.

    `checked`: records that are byte for byte what was expected. `in_flight`: expected, but the stage that writes them
    had not said yet that it did. `unchecked`: expected, but gone by compaction, or newer than what can be compared.
    """

    records: int = 0
    keys: int = 0
    checked: int = 0
    differences: int = 0
    in_flight: int = 0
    unchecked: int = 0
    partitions: list[bytes] = field(default_factory=list)  # their digests

    def digest(self) -> str:
        return hashlib.sha256(b"".join(self.partitions)).hexdigest()


@dataclass
class Report:
    """`list_digest` is that of `liancheng list digest` for the same entries."""

    topics: dict[str, Tally] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)  # by name and topic, those not kept too
    entries: int = 0
    list_digest: str = ""

    def of(self, topic: str) -> Tally:
        return self.topics.setdefault(topic, Tally())

    def add(self, difference: Difference) -> None:
        self.of(difference.topic).differences += 1
        if self.keeps(difference.name, difference.topic):
            self.differences.append(difference)
        self.kinds[difference.name, difference.topic] += 1

    def keeps(self, name: str, topic: str) -> bool:
        """Whether one more of that kind is kept."""
        return self.kinds[name, topic] < KEPT_MAX

    @property
    def count(self) -> int:
        return sum(tally.differences for tally in self.topics.values())


def at(topic: str, partition: int, offset: int) -> str:
    return f"{topic}[{partition}]@{offset}"


def fingerprint(key: bytes | None, value: bytes | None) -> bytes:
    """Of one record; a tombstone has another one than an empty value."""
    return hashlib.sha256((key or b"") + (b"\0\0" if value is None else b"\0" + value)).digest()
