"""What `verify` reports: the discrepancies, and for each topic how much was compared."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from liancheng.records.facts import Model
from stream_apps.stage import Record

KEPT_MAX = 1000  # discrepancies of one name on one topic; more are only counted


class Discrepancy(Model, tag="difference", frozen=True, kw_only=True):
    """One thing that is not as the folds say.

    `place` is `topic[partition]@offset`; of something missing, the place of what it should have come from.
    """

    name: str
    topic: str
    place: str
    subject: str  # USCC, document id, or bank and number
    found: str = ""
    expected: str = ""

    def line(self) -> str:
        found, expected = self.found or "nothing", self.expected or "nothing"
        return f"{self.name}: {self.place} {self.subject}: found {found}, expected {expected}"


@dataclass
class Tally:
    """Counts of one topic.

    `checked`: records that are byte for byte what was expected. `in_flight`: expected, but the stage that writes them
    had not committed that far. `unchecked`: expected, but gone by compaction, or newer than what can be compared.
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
    discrepancies: list[Discrepancy] = field(default_factory=list)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)  # by name and topic, also of those not kept
    entries: int = 0
    list_digest: str = ""

    def of(self, topic: str) -> Tally:
        return self.topics.setdefault(topic, Tally())

    def add(
        self, name: str, topic: str, place: str, subject: str | bytes | None, *, found: str = "", expected: str = ""
    ) -> None:
        """Counts a discrepancy, and keeps it unless there are too many of its kind."""
        self.of(topic).differences += 1
        if self.keeps(name, topic):
            text = subject if isinstance(subject, str) else (subject or b"").decode(errors="replace")
            self.discrepancies.append(
                Discrepancy(name=name, topic=topic, place=place, subject=text, found=found, expected=expected)
            )
        self.kinds[name, topic] += 1

    def add_record(self, name: str, record: Record, *, found: str = "", expected: str = "") -> None:
        """Adds a discrepancy of a record, at its own place."""
        self.add(name, record.topic, at(*record[:3]), record.key, found=found, expected=expected)

    def keeps(self, name: str, topic: str) -> bool:
        """Whether another discrepancy of that kind would be kept."""
        return self.kinds[name, topic] < KEPT_MAX

    @property
    def count(self) -> int:
        return sum(tally.differences for tally in self.topics.values())


def at(topic: str, partition: int, offset: int) -> str:
    return f"{topic}[{partition}]@{offset}"


def fingerprint(key: bytes | None, value: bytes | None) -> bytes:
    """The digest of one record. That of a tombstone differs from that of an empty value."""
    return hashlib.sha256((key or b"") + (b"\0\0" if value is None else b"\0" + value)).digest()
