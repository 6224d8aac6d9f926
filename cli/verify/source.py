"""What the checks read: the committed records of a cut through all topics."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from liancheng.records import topics
from stream_apps.stage import Record

COMPACTION_LAG_MS = int(topics.SANCTION_LIST.settings()["min.compaction.lag.ms"])
Spot = tuple[str, int, int]  # topic, partition, offset


class Source(Protocol):
    """A cut: every record in it follows from records of earlier topics that are in it too."""

    @property
    def kept_since_ms(self) -> int:
        """Records of tables that were written since then (Kafka timestamp, ms) cannot have been compacted away."""

    @property
    def provinces(self) -> Sequence[str]: ...

    @property
    def banks(self) -> Sequence[str]: ...

    @property
    def dead(self) -> Mapping[Spot, str]:
        """The places of the records that went to `dead-letters`, and why they did."""

    def records(self, topic: str, partition: int) -> Iterator[Record]:
        """The committed records in the cut, in order; none if the topic does not exist."""

    def record(self, spot: Spot) -> Record | None:
        """One record; None if it is gone."""

    def processed(self, stage: str, topic: str, partition: int) -> int:
        """The offset up to which the effects of all records are in the cut. Effects of later ones may be missing."""

    def watched_first(self, key: bytes) -> bool:
        """Whether the first record of this watch is known to have been read before any entry of its company."""
