"""Reads all facts from `penalties` up to its current end, partition by partition."""

from collections.abc import Iterator
from dataclasses import dataclass

from liancheng.records import topics
from liancheng.settings import Settings
from transport import tables
from transport.clients import require_broker

TOPIC = topics.PENALTIES
Raw = tuple[bytes, bytes | None]  # key and value


@dataclass(frozen=True)
class Facts:
    """The log up to the ends that it had when it was opened."""

    settings: Settings
    ends: dict[tuple[str, int], int]

    @property
    def length(self) -> int:
        """The number of records or more: markers of transactions count too."""
        return sum(self.ends.values())

    def partitions(self) -> Iterator[Iterator[list[Raw]]]:
        """Yields the records of one partition after another, in lists. A subject's records are all on one."""
        for place, end in self.ends.items():
            yield self._partition(place, end)

    def _partition(self, place: tuple[str, int], end: int) -> Iterator[list[Raw]]:
        for messages in tables.read_until(self.settings, {place: end}):
            yield [(message.key() or b"", message.value()) for message in messages]


def open_facts(settings: Settings) -> Facts:
    """Raises UnavailableError if no broker answers."""
    require_broker(settings)
    places = [(TOPIC.name, partition) for partition in range(TOPIC.partitions)]
    return Facts(settings, tables.high_watermarks(settings, places))
