"""Alerts of any bank from any number on, years back: found by a bounded search, then read a page at a time."""

import threading
from collections.abc import Iterator

from confluent_kafka import TopicPartition

from consumers.reading import gapless
from consumers.reading.alert_records import AlertRecord, record_of
from consumers.reading.gapless import Gapless, Numbered
from liancheng.records import topics
from liancheng.settings import Settings
from transport.clients import readable, reported
from transport.reader import ANSWER_S, Reader

GROUP = "liancheng.roads"
_PLACES_MAX = 10_000
_CHUNK_RECORDS = 500
_BEYOND_LAST = 1 << 62  # no bank gets so many alerts


class Places:
    """Offsets at which readers will continue, so that the next page needs no search. For several threads."""

    def __init__(self) -> None:
        self._offsets: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def put(self, bank: str, number: int, offset: int) -> None:
        with self._lock:
            self._offsets[bank, number] = offset
            if len(self._offsets) > _PLACES_MAX:
                del self._offsets[next(iter(self._offsets))]

    def take(self, bank: str, number: int) -> int | None:
        with self._lock:
            return self._offsets.pop((bank, number), None)


class Pages:
    """Reads with one client, for one thread. `group`: see `Reader`.

    Every method raises UnavailableError if the broker refuses or does not answer.
    """

    def __init__(self, settings: Settings, places: Places | None = None, group: str = GROUP) -> None:
        self._places = places or Places()
        self._reader = Reader(settings, group, auto_offset_reset="error", queued_min_messages=1000)

    def read(self, bank: str, first: int, limit: int, size: int) -> list[AlertRecord]:
        """Returns alerts from number `first` on, in order, each once: at most `limit`, and about `size` bytes.

        Raises:
            MissingAlertError: `first` is missing although later ones exist. A gap further on ends the page.
        """
        page = _PageBuilder(bank, first, limit, size)
        offset = self._places.take(bank, first)
        for record in self._from(bank, self.find(bank, first) if offset is None else offset):
            if not page.takes(record):
                break
        self._reader.pause()
        if page.records:
            self._places.put(bank, page.records[-1].number + 1, page.records[-1].offset + 1)
        return page.records

    def between(self, bank: str, start: int, end: int) -> Iterator[AlertRecord]:
        """Yields all records from offset `start` to before `end`."""
        for record in self._from(bank, start) if start < end else ():
            if record.offset >= end:
                break
            yield record
        self._reader.pause()

    def find(self, bank: str, number: int) -> int:
        """Returns the offset to begin at so that alert `number` is the first that comes."""
        return self._search(bank, number).offset

    def last(self, bank: str) -> int:
        """Returns the last number; 0 if there is none."""
        return self._search(bank, _BEYOND_LAST).before

    def last_before(self, bank: str, offset: int) -> int:
        """Returns the greatest number before an offset; 0 if there is none."""
        return self._search(bank, _BEYOND_LAST, offset).before

    def first_since(self, bank: str, at_ms: int) -> int:
        """Returns the offset of the first record of that instant or later; the end if there is none.

        Kafka counts a transaction's marker as well, which has the time of the commit: the record is at most a few
        offsets further.
        """
        topic = topics.BANK_ALERTS.named(bank)
        with reported(f"reading {topic}"):
            place = self._reader.client.offsets_for_times([TopicPartition(topic, 0, at_ms)], timeout=ANSWER_S)[0]
        if place.error:
            raise readable(place.error, f"reading {topic}")
        for message in self._reader.to_end(topic, place.offset, _CHUNK_RECORDS) if place.offset >= 0 else ():
            if message.timestamp()[1] >= at_ms:
                return message.offset() or 0
        return self._reader.end(topic)

    def close(self) -> None:
        self._reader.close()

    def _search(self, bank: str, number: int, end: int | None = None) -> gapless.Place:
        topic = topics.BANK_ALERTS.named(bank)
        last = self._reader.end(topic) if end is None else end

        def record_from(offset: int) -> Numbered | None:
            message = self._reader.first(topic, offset)
            if message is None or (message.offset() or 0) >= last:
                return None
            return record_of(message).number, message.offset() or 0

        return gapless.find(number, last, record_from)

    def _from(self, bank: str, offset: int) -> Iterator[AlertRecord]:
        return map(record_of, self._reader.to_end(topics.BANK_ALERTS.named(bank), offset, _CHUNK_RECORDS))


class _PageBuilder:
    def __init__(self, bank: str, first: int, limit: int, size: int) -> None:
        self.records: list[AlertRecord] = []
        self._numbers = Gapless(bank, first - 1)
        self._limit, self._left = limit, size

    def takes(self, record: AlertRecord) -> bool:
        """Adds an alert; returns whether the page may get more."""
        if self.records and record.number > self._numbers.last + 1:
            return False  # the page ends at a gap; reading from the next number raises MissingAlertError
        if self._numbers.is_next(record.number):
            self.records.append(record)
            self._left -= len(record.json)
        return len(self.records) < self._limit and self._left > 0
