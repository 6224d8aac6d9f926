"""Reads topics from given offsets on, in no group: committed records as they come, and where partitions end.

The stages do not read like this: they are members of a group and fold within transactions (`stream_apps/engine.py`).
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, Message, TopicPartition

from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from transport.clients import consumer, readable, reported

ANSWER_S = 15.0
STALL_S = 30.0  # three times transaction.timeout.ms: a dead worker's open transaction holds readers up that long
FETCH_RECORDS = 5000

_POLL_S = 0.2
_GONE = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE, KafkaError.UNKNOWN_TOPIC_OR_PART})


class TopicGoneError(UnavailableError):
    """The topic no longer has the offset to read from."""


def is_record(message: Message) -> bool:
    """Returns False for the event that a partition's end is reached.

    Raises:
        TopicGoneError: the topic was deleted, or created again.
        UnavailableError: another error that librdkafka reports.
    """
    error = message.error()
    if error is None:
        return True
    if error.code() == KafkaError._PARTITION_EOF:
        return False
    if error.code() in _GONE:
        raise TopicGoneError(
            f"{message.topic()}[{message.partition()}] no longer has offset {message.offset()}: "
            "it was deleted, or created again"
        )
    raise readable(error, f"reading {message.topic()}")


class Chunk(NamedTuple):
    """What one `read` returns. `ends`: the events of partitions whose end was reached, with the offset of the end."""

    records: list[Message]
    ends: list[Message]


class Reader:
    """One client, for one thread. `group` is never joined, but a login may be restricted to its name.

    Every method raises UnavailableError if the broker refuses or does not answer.
    """

    def __init__(self, settings: Settings, group: str, **more: Any) -> None:
        self.client = consumer(settings, group, enable_partition_eof=True, **more)
        self._known: set[str] = set()

    def start(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Reads on from these offsets, and nothing else."""
        for topic in {topic for topic, _ in offsets}:
            self._learn_leader(topic)
        self.client.assign([TopicPartition(*place, offset) for place, offset in offsets.items()])

    def read(self, wait_s: float, records_max: int = FETCH_RECORDS) -> Chunk:
        """Waits for one record or end, then returns it with what else has arrived."""
        chunk = Chunk([], [])
        first = self.client.poll(wait_s)
        if first is not None:
            more = self.client.consume(records_max - 1, timeout=0) if records_max > 1 else ()
            for message in (first, *more):
                (chunk.records if is_record(message) else chunk.ends).append(message)
        return chunk

    def pause(self) -> None:
        """Stops fetching until the next `start`."""
        self.client.unassign()

    def to_end(
        self, topic: str, offset: int, records_max: int = FETCH_RECORDS, partition: int = 0
    ) -> Iterator[Message]:
        """Yields the records of a partition from an offset to its current end."""
        self.start({(topic, partition): offset})
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < STALL_S:
            records, ends = self.read(_POLL_S, records_max)
            yield from records
            if ends:
                return
            if records:
                quiet_since = time.monotonic()
        raise UnavailableError(f"reading {topic}: no record came for {STALL_S:.0f} s")

    def first(self, topic: str, offset: int, partition: int = 0) -> Message | None:
        """Returns the first committed record of a partition at or after an offset; None if there is none yet."""
        return next(self.to_end(topic, offset, 1, partition), None)

    def end(self, topic: str, partition: int = 0) -> int:
        """Returns the offset before which every transaction is committed or aborted."""
        self._learn_leader(topic)
        with reported(f"reading {topic}"):
            return self.client.get_watermark_offsets(TopicPartition(topic, partition), timeout=ANSWER_S)[1]

    def close(self) -> None:
        self.client.close()

    def _learn_leader(self, topic: str) -> None:
        """Without a topic's leader in its cache, librdkafka looks for it a whole second after the assignment."""
        if topic not in self._known:
            with reported(f"reading {topic}"):
                self.client.list_topics(topic, timeout=ANSWER_S)
            self._known.add(topic)
