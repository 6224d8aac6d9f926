"""Reads topics up to given ends: how a stage restores its state and how a command reads a table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from confluent_kafka import Consumer, Message, TopicPartition

from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from transport.clients import consumer, reported
from transport.reader import FETCH_RECORDS, STALL_S, is_record


def end_offsets(client: Consumer, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Returns high watermarks, open transactions included: committed records may follow the last stable offset.

    (`client` must read uncommitted for that; librdkafka's watermark query is by its own isolation level.)
    """
    return {
        (topic, partition): client.get_watermark_offsets(TopicPartition(topic, partition), timeout=15)[1]
        for topic, partition in places
    }


def high_watermarks(settings: Settings, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Returns the current end offsets of partitions, by (topic, partition)."""
    client = consumer(settings, "liancheng.ends", isolation_level="read_uncommitted")
    try:
        with reported("reading the end of a topic"):
            return end_offsets(client, places)
    finally:
        client.close()


def read_until(
    settings: Settings, ends: Mapping[tuple[str, int], int], starts: Mapping[tuple[str, int], int] | None = None
) -> Iterator[list[Message]]:
    """Yields all committed records before the given end offsets, in lists, partitions interleaved.

    `starts`: the offset to begin with, if it is not the first one. Larger fetches than a `Reader`'s: a table is read
    at full speed, not record by record as they come.

    Raises:
        UnavailableError: no record came for half a minute although the end was not reached.
    """
    open_places = {place: end for place, end in ends.items() if end > 0}
    if not open_places:
        return
    client = consumer(settings, "liancheng.tables", enable_partition_eof=True, auto_offset_reset="earliest")
    try:
        with reported("reading a table"):
            client.assign([TopicPartition(*place, (starts or {}).get(place, 0)) for place in open_places])
            while open_places:
                yield _next(client, open_places)
    finally:
        client.close()


def newest(
    settings: Settings, topic: str, partitions: Iterable[int] = (0,), kept: Callable[[bytes], bool] = lambda _: True
) -> dict[tuple[int, bytes], bytes]:
    """Returns the newest value of each key that is `kept`, by partition and key; deleted keys have none."""
    values: dict[tuple[int, bytes], bytes] = {}
    ends = high_watermarks(settings, [(topic, partition) for partition in partitions])
    for message in chain.from_iterable(read_until(settings, ends)):
        place, value = (message.partition() or 0, message.key() or b""), message.value()
        if value is None:
            values.pop(place, None)
        elif kept(place[1]):
            values[place] = value
    return values


def _next(client: Consumer, open_places: dict[tuple[str, int], int]) -> list[Message]:
    messages = client.consume(FETCH_RECORDS, timeout=0.05)
    waited = 0.0
    while not messages:
        if waited > STALL_S:
            raise UnavailableError(f"reading {sorted(open_places)}: no record came for {STALL_S:.0f} s")
        messages = client.consume(FETCH_RECORDS, timeout=0.5)
        waited += 0.5
    return [message for message in messages if _precedes_end(message, open_places)]


def _precedes_end(message: Message, open_places: dict[tuple[str, int], int]) -> bool:
    """Returns whether it is a record before the end; a partition that has reached its end is taken off the list.

    Transaction markers and compaction leave no record at the end: only the end-of-partition event reports it then.
    """
    place, offset = (message.topic() or "", message.partition() or 0), message.offset() or 0
    record = is_record(message)
    end = open_places.get(place)
    if end is None:
        return False
    if offset + record >= end:
        del open_places[place]
    return record and offset < end
