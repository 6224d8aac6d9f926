"""Receipts of an agency's events: reads their table, and follows it."""

from collections.abc import Iterable, Iterator, Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from liancheng import codec
from liancheng.records import topics
from liancheng.records.facts import Finding, Receipt
from liancheng.settings import Settings
from transport.admin import partition_count
from transport.clients import consumer, producer, readable
from transport.tables import high_watermarks, read_until

FETCH = 5000
_ANSWER_S = 15.0

Ends = Mapping[tuple[str, int], int]

_decoder = codec.decoder(Receipt)


def ends(settings: Settings, province: str) -> dict[tuple[str, int], int]:
    """Returns where the receipts of the province end now. Events sent later are answered after these offsets."""
    topic = topics.RECEIPTS.named(province)
    count = partition_count(producer(settings), topic)
    return high_watermarks(settings, [(topic, number) for number in range(count)])


def table(settings: Settings, until: Ends) -> dict[str, Receipt]:
    """Returns the last receipt of each document up to these offsets, by document id."""
    raw: dict[bytes, Message] = {}
    for messages in read_until(settings, until):
        raw.update({message.key() or b"": message for message in messages})
    return {key.decode(): read(message) for key, message in raw.items() if message.value()}


class Reader:
    """Receipts from given offsets on, as they are committed. In no group: every reader sees all of them.

    Not a `transport.reader.Reader`: a province's topics may be seconds old and unknown to a broker for a moment, so
    errors that pass are ignored.
    """

    def __init__(self, settings: Settings, province: str, start: Ends) -> None:
        self.topic = topics.RECEIPTS.named(province)
        self._client: Consumer = consumer(settings, f"{province}.receipts")
        # Without the topic's leaders in its cache, librdkafka looks for them a whole second after the assignment.
        self._client.list_topics(self.topic, timeout=_ANSWER_S)
        self._client.assign([TopicPartition(topic, partition, offset) for (topic, partition), offset in start.items()])

    def next(self, wait_s: float) -> list[Receipt]:
        """Returns the next receipts, none after `wait_s` without any. Raises UnavailableError."""
        try:
            first = self._client.poll(wait_s)
            messages = [first, *self._client.consume(FETCH, timeout=0)] if first is not None else []
        except KafkaException as error:
            raise readable(error, f"reading {self.topic}") from error
        return [read(message) for message in messages if self._is_record(message)]

    def close(self) -> None:
        self._client.close()

    def _is_record(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            return message.value() is not None
        if error.retriable() or error.code() in _PASSING:
            return False
        raise readable(error, f"reading {self.topic}")


_PASSING = {KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE}  # librdkafka connects again


def follow(settings: Settings, province: str, start: Ends) -> Iterator[Receipt]:
    """Yields receipts after these offsets, without end."""
    reader = Reader(settings, province, start)
    try:
        while True:
            yield from reader.next(0.5)
    finally:
        reader.close()


def read(message: Message) -> Receipt:
    """Raises UndigestibleError, which names the record's place."""
    place = f"{message.topic()}[{message.partition()}]@{message.offset()}"
    receipt: Receipt = codec.read(_decoder, message.value() or b"", place)
    return receipt


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Returns the findings that refuse an event."""
    return tuple(finding for finding in findings if finding.severity == "error")
