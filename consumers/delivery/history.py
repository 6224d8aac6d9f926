"""Alerts of any bank from any number on, years back: found by a bounded search, then read a page at a time."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from consumers.reading import gapless
from consumers.reading.alert_offsets import first_at
from consumers.reading.alert_records import AlertRecord, record_of
from consumers.reading.gapless import Gapless, Numbered
from liancheng.errors import UnavailableError
from liancheng.records import topics
from liancheng.settings import Settings
from transport.clients import consumer, readable
from transport.tables import STALL_S

GROUP = "liancheng.roads"
_ANSWER_S = 15.0
_WAIT_S = 0.2
_PLACES = 10_000
_ANY = 1 << 62  # no bank gets so many


class Places:
    """Offsets at which readers will go on: whoever turns pages does not search again. For several threads."""

    def __init__(self) -> None:
        self._offsets: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def put(self, bank: str, number: int, offset: int) -> None:
        with self._lock:
            self._offsets[bank, number] = offset
            if len(self._offsets) > _PLACES:
                del self._offsets[next(iter(self._offsets))]

    def take(self, bank: str, number: int) -> int | None:
        with self._lock:
            return self._offsets.pop((bank, number), None)


class Pages:
    """Reads with one client, for one thread. `group`: never joined, but a login may be bound to its name.

    Raises:
        UnavailableError: from every method, where the broker refuses or does not answer.
    """

    def __init__(self, settings: Settings, places: Places | None = None, group: str = GROUP) -> None:
        self._places = places or Places()
        self._known: set[str] = set()
        self._client = consumer(
            settings, group, enable_partition_eof=True, auto_offset_reset="error", queued_min_messages=1000
        )

    def read(self, bank: str, first: int, limit: int, size: int) -> list[AlertRecord]:
        """Alerts from number `first` on, in order, each once: at most `limit`, and no more once `size` bytes are there.

        Raises:
            MissingAlertError: alert `first` is missing although later ones are there. A gap further on ends the page.
        """
        topic = topics.BANK_ALERTS.named(bank)
        page = _Page(bank, first, limit, size)
        offset = self._places.take(bank, first)
        with _told(topic):
            for message in self._from(topic, self.find(bank, first) if offset is None else offset):
                if not page.takes(record_of(message)):
                    break
            self._client.unassign()
        if page.records:
            self._places.put(bank, page.records[-1].number + 1, page.records[-1].offset + 1)
        return page.records

    def between(self, bank: str, start: int, end: int) -> Iterator[AlertRecord]:
        """All records from offset `start` to before `end`."""
        topic = topics.BANK_ALERTS.named(bank)
        with _told(topic):
            for message in self._from(topic, start) if start < end else ():
                if (message.offset() or 0) >= end:
                    break
                yield record_of(message)
            self._client.unassign()

    def find(self, bank: str, number: int) -> int:
        """The offset to begin at so that alert `number` is the first that comes."""
        return self._search(bank, number).offset

    def last(self, bank: str) -> int:
        """The last number there is; 0: none."""
        return self._search(bank, _ANY).before

    def last_before(self, bank: str, offset: int) -> int:
        """The greatest number before an offset; 0: none."""
        return self._search(bank, _ANY, offset).before

    def end(self, bank: str) -> int:
        """The offset before which everything is decided: open transactions lie behind it."""
        topic = topics.BANK_ALERTS.named(bank)
        with _told(topic):
            self._learn(topic)
            return self._client.get_watermark_offsets(TopicPartition(topic, 0), timeout=_ANSWER_S)[1]

    def first_since(self, bank: str, at_ms: int) -> int:
        """The offset of the first record of that instant or later; the end where there is none.

        Kafka counts a transaction's marker as well, which has the time of the commit: from there it is a few records.
        """
        topic = topics.BANK_ALERTS.named(bank)
        with _told(topic):
            found = self._client.offsets_for_times([TopicPartition(topic, 0, at_ms)], timeout=_ANSWER_S)[0]
        if found.error:
            raise readable(found.error, f"reading {topic}")
        with _told(topic):
            for message in self._from(topic, found.offset) if found.offset >= 0 else ():
                if message.timestamp()[1] >= at_ms:
                    return message.offset() or 0
        return self.end(bank)

    def close(self) -> None:
        self._client.close()

    def _search(self, bank: str, number: int, end: int | None = None) -> gapless.Place:
        topic = topics.BANK_ALERTS.named(bank)

        def record_from(offset: int) -> Numbered | None:
            message = first_at(self._client, topic, offset, _is_record)
            if message is None or (message.offset() or 0) >= last:
                return None
            return record_of(message).number, message.offset() or 0

        last = self.end(bank) if end is None else end
        with _told(topic):
            return gapless.find(number, last, record_from)

    def _learn(self, topic: str) -> None:
        """Without the topic's leader in its cache, librdkafka looks for it a whole second after the assignment."""
        if topic not in self._known:
            self._client.list_topics(topic, timeout=_ANSWER_S)
            self._known.add(topic)

    def _from(self, topic: str, offset: int) -> Iterator[Message]:
        """Records from an offset to the end that there is now."""
        self._learn(topic)
        self._client.assign([TopicPartition(topic, 0, offset)])
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < STALL_S:
            first = self._client.poll(_WAIT_S)
            if first is None:
                continue
            for message in (first, *self._client.consume(500, timeout=0)):
                if not _is_record(message):
                    return
                yield message
            quiet_since = time.monotonic()
        raise UnavailableError(f"reading {topic}: nothing came for {STALL_S:.0f} s")


class _Page:
    def __init__(self, bank: str, first: int, limit: int, size: int) -> None:
        self.records: list[AlertRecord] = []
        self._numbers = Gapless(bank, first - 1)
        self._limit, self._left = limit, size

    def takes(self, record: AlertRecord) -> bool:
        """Whether more may come after this one."""
        if self.records and record.number > self._numbers.last + 1:
            return False  # what is here is given; whoever asks for the next one is told that it is missing
        if self._numbers.is_next(record.number):
            self.records.append(record)
            self._left -= len(record.json)
        return len(self.records) < self._limit and self._left > 0


@contextmanager
def _told(topic: str) -> Iterator[None]:
    try:
        yield
    except KafkaException as error:
        raise readable(error, f"reading {topic}") from error


def _is_record(message: Message) -> bool:
    """False for the event that says that the end is reached."""
    error = message.error()
    if error is None:
        return True
    if error.code() == KafkaError._PARTITION_EOF:
        return False
    raise readable(error, f"reading {message.topic()}")
