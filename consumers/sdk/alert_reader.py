"""Reads one bank's alerts from Kafka, in order, without a gap, and commits how far they are handled."""

import logging
import threading
import time
from array import array
from collections.abc import Iterator

from confluent_kafka import Message, TopicPartition
from msgspec.structs import replace

from consumers.reading import gapless
from consumers.reading.alert_records import made_at
from consumers.reading.gapless import Gapless, Numbered
from liancheng import codec
from liancheng.errors import UnavailableError, WrongUseError
from liancheng.records import topics
from liancheng.records.alerts import Alert
from liancheng.settings import Settings
from transport.clients import readable, reported
from transport.coordinator import patiently
from transport.reader import ANSWER_S, STALL_S, Reader, TopicGoneError

log = logging.getLogger("liancheng.bank")

CHUNK_RECORDS = 500
WAIT_S = 0.2  # how long an idle reader waits before it checks for `stop`, or for Ctrl-C
COMMIT_EVERY_ALERTS = 500
COMMIT_EVERY_S = 1.0

_decode = codec.decoder(Alert)


class AlertReader:
    """One reader of one bank's alerts: its position is the committed offset of the group `<bank>.<reader>`.

    The commit's metadata is the number of the last handled alert, so that offset and number are one.
    """

    def __init__(self, bank: str, reader: str, settings: Settings) -> None:
        self.bank = bank
        self.reader = reader
        self.topic = topics.BANK_ALERTS.named(bank)
        self.numbers = Gapless(bank, 0)
        self._reader = Reader(settings, f"{bank}.{reader}", auto_offset_reset="error")
        self._offsets = array("q")  # of the alerts handed over and not yet committed, in order
        self._handled = self._committed = 0
        self._committed_at = time.monotonic()
        self._unconfirmed: TopicPartition | None = None  # sent without waiting for the broker's answer
        self._from = 0
        self._at_end = False
        self._last: int | None = None  # that the caller has; None: the broker keeps the position
        self._stopping = threading.Event()

    def alerts(self, from_number: int | None, follow: bool) -> Iterator[Alert]:
        """See `Bank.alerts`."""
        self.commit(wait=True)
        try:
            self._start(from_number, follow)
            while messages := self._next(follow):
                for message in messages:
                    alert = self._alert(message)
                    if alert:
                        self._offsets.append(message.offset() or 0)
                        yield alert
        except TopicGoneError as error:
            raise UnavailableError(
                f"{error}, where reader {self.reader!r} stopped: ask the office, then read --from the number you need"
            ) from error

    def since(self, last: int, follow: bool) -> Iterator[Alert]:
        """See `alert_handler.Channel`: the position is the caller's, none is committed."""
        self._last = last
        return self.alerts(last + 1, follow)

    def stop(self) -> None:
        self._stopping.set()

    def done(self, number: int) -> None:
        """Marks all alerts up to `number` as handled; committed now and then, and at `close`.

        Raises:
            WrongUseError: it was not handed over in this run.
        """
        if number > self.numbers.last:
            raise WrongUseError(f"{self.bank}: alert {number} was not read yet, so it cannot be done")
        self._handled = max(self._handled, number)
        if self._handled - self._committed >= COMMIT_EVERY_ALERTS:
            self.commit()
        else:
            self._commit_in_time()

    def commit(self, wait: bool = False) -> None:
        """Commits the position; with `wait`, until the broker has it."""
        self._committed_at = time.monotonic()
        count = self._handled - self._committed
        if count > 0:
            self._unconfirmed = TopicPartition(self.topic, 0, self._offsets[count - 1] + 1, str(self._handled))
            del self._offsets[:count]
            self._committed = self._handled
        elif not wait:
            return
        if (place := self._unconfirmed) is None:
            return
        with reported(f"committing alert {place.metadata} of {self.bank}"):
            if wait:
                patiently(lambda: self._reader.client.commit(offsets=[place], asynchronous=False), ANSWER_S)
                self._unconfirmed = None
            else:
                self._reader.client.commit(offsets=[place], asynchronous=True)

    def close(self) -> None:
        try:
            self.commit(wait=True)
        finally:
            self._reader.close()

    def _commit_in_time(self) -> None:
        if time.monotonic() - self._committed_at >= COMMIT_EVERY_S:
            self.commit()

    def _start(self, from_number: int | None, follow: bool) -> None:
        offset, last = self._position() if from_number is None else self._find(from_number, follow)
        self.numbers = Gapless(self.bank, last)
        self._handled = self._committed = last
        self._offsets = array("q")
        self._from = from_number or 0
        self._at_end = False
        self._reader.start({(self.topic, 0): offset})

    def _position(self) -> tuple[int, int]:
        """Returns where this reader stopped: the next offset, and the last number handled."""
        partition = [TopicPartition(self.topic, 0)]
        with reported(f"reading {self.topic}"):
            place = patiently(lambda: self._reader.client.committed(partition, timeout=ANSWER_S), ANSWER_S)[0]
        if place.error:
            raise readable(place.error, f"reading where {self.reader} of {self.bank} stopped")
        if place.offset < 0:
            return 0, 0
        number = place.metadata or ""
        if not number.isdecimal():
            raise WrongUseError(
                f"{self.bank}: the position of reader {self.reader!r} carries no alert number "
                f"(found {number!r}): another program moved it; set it by reading --from a number"
            )
        return place.offset, int(number)

    def _find(self, number: int, follow: bool) -> tuple[int, int]:
        if number < 1:
            raise WrongUseError(f"found alert number {number}, expected 1 or more: a bank's alerts are numbered from 1")
        place = gapless.find(number, self._reader.end(self.topic), self._record_from)
        if self._last is not None:
            if not place.there and place.before < self._last:
                raise WrongUseError(
                    f"{self.bank}: alert {self._last} was handled, but {self.topic} ends with {place.before}: "
                    "was it created again? Ask the office; `NumberStore.set_last` sets where to continue"
                )
            return place.offset, self._last
        if not place.there and not follow:
            raise WrongUseError(
                f"{self.bank} has no alert {number} yet, its last one is {place.before}: "
                "read from an earlier one, or wait for it with --follow"
            )
        return place.offset, number - 1

    def _record_from(self, offset: int) -> Numbered | None:
        message = self._reader.first(self.topic, offset)
        return (self._read(message).number, message.offset() or 0) if message else None

    def _next(self, follow: bool) -> list[Message]:
        """Returns the next records as soon as there is one; none at the end when not following."""
        waited_since = time.monotonic()
        while (follow or not self._at_end) and not self._stopping.is_set():
            records, ends = self._reader.read(WAIT_S, CHUNK_RECORDS)
            if records or ends:
                self._at_end = bool(ends)
            elif not follow and time.monotonic() - waited_since > STALL_S:
                raise UnavailableError(f"reading {self.topic}: no record came for {STALL_S:.0f} s")
            if records:
                return records
            self._commit_in_time()
        return []

    def _alert(self, message: Message) -> Alert | None:
        """Returns the alert of a record; None if it was handed over before, or precedes the first number."""
        alert = self._read(message)
        if alert.number < self._from:
            return None
        if not self.numbers.is_next(alert.number):
            log.debug("%s: alert %d came again at offset %s", self.bank, alert.number, message.offset())
            return None
        return replace(alert, made_at=made_at(message))

    def _read(self, message: Message) -> Alert:
        alert: Alert = codec.read(_decode, message.value() or b"", f"{self.topic}@{message.offset()}")
        return alert
