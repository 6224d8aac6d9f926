"""Reading a topic to its end: how a stage's state is restored and how a command looks at a table."""

from collections.abc import Iterable, Iterator, Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from transport.clients import consumer, readable

STALL_S = 30.0  # three times transaction.timeout.ms: a dead worker's open transaction holds readers up that long
FETCH = 5000


def end_offsets(client: Consumer, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """High watermarks, those of open transactions included: committed records may lie behind the last stable offset.

    (`client` must read uncommitted for that; librdkafka's watermark query is by its own isolation level.)
    """
    return {
        (topic, partition): client.get_watermark_offsets(TopicPartition(topic, partition), timeout=15)[1]
        for topic, partition in places
    }


def high_watermarks(settings: Settings, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """End offsets of partitions as they are now, by (topic, partition)."""
    client = consumer(settings, "liancheng.ends", isolation_level="read_uncommitted")
    try:
        return end_offsets(client, places)
    except KafkaException as error:
        raise readable(error, "reading the end of a topic") from error
    finally:
        client.close()


def read_until(
    settings: Settings, ends: Mapping[tuple[str, int], int], starts: Mapping[tuple[str, int], int] | None = None
) -> Iterator[list[Message]]:
    """All committed records before the given end offsets, in lists, partitions interleaved.

    `starts`: the offset to begin with, where it is not the first one.

    Raises:
        UnavailableError: nothing came for half a minute although the end was not reached.
    """
    open_places = {place: end for place, end in ends.items() if end > 0}
    if not open_places:
        return
    client = consumer(settings, "liancheng.tables", enable_partition_eof=True, auto_offset_reset="earliest")
    try:
        client.assign([TopicPartition(*place, (starts or {}).get(place, 0)) for place in open_places])
        while open_places:
            yield _next(client, open_places)
    except KafkaException as error:
        raise readable(error, "reading a table") from error
    finally:
        client.close()


def _next(client: Consumer, open_places: dict[tuple[str, int], int]) -> list[Message]:
    messages = client.consume(FETCH, timeout=0.05)
    waited = 0.0
    while not messages:
        if waited > STALL_S:
            raise UnavailableError(f"reading {sorted(open_places)}: nothing came for {STALL_S:.0f} s")
        messages = client.consume(FETCH, timeout=0.5)
        waited += 0.5
    return [message for message in messages if _is_record(message, open_places)]


def _is_record(message: Message, open_places: dict[tuple[str, int], int]) -> bool:
    """Whether it is a record before the end; a partition that has reached its end is taken off the list.

    Transaction markers and compaction leave no record at the end: the end-of-partition event tells it then.
    """
    place, offset = (message.topic() or "", message.partition() or 0), message.offset() or 0
    error = message.error()
    if error and error.code() != KafkaError._PARTITION_EOF:
        raise readable(error, "reading a table")
    end = open_places.get(place)
    if end is None:
        return False
    if offset + (0 if error else 1) >= end:
        del open_places[place]
    return not error and offset < end
