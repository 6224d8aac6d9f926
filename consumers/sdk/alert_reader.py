"""Reading one bank's alerts from Kafka, in order, without a gap, and remembering how far they are handled."""

import logging
import threading
import time
from array import array
from collections.abc import Iterator

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from msgspec.structs import replace

from consumers.reading import gapless
from consumers.reading.alert_offsets import first_at
from consumers.reading.alert_records import made_at
from consumers.reading.gapless import Gapless, Numbered
from liancheng import codec
from liancheng.errors import UnavailableError, WrongUseError
from liancheng.records import topics
from liancheng.records.alerts import Alert
from liancheng.settings import Settings
from transport.clients import consumer, readable
from transport.coordinator import patiently
from transport.tables import STALL_S

log = logging.getLogger("liancheng.bank")

BATCH = 500
WAIT_S = 0.2  # how long an idle reader waits before it looks up, for Ctrl-C for instance
REMEMBER_EVERY = 500  # alerts
REMEMBER_EVERY_S = 1.0
ANSWER_S = 15.0

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
        self._client: Consumer = consumer(
            settings, f"{bank}.{reader}", auto_offset_reset="error", enable_partition_eof=True
        )
        self._offsets = array("q")  # of the alerts handed over and not yet remembered, in order
        self._handled = self._remembered = 0
        self._remembered_at = time.monotonic()
        self._unsure: TopicPartition | None = None  # sent, but nobody waited for the broker's answer
        self._from = 0
        self._at_end = False
        self._last: int | None = None  # that the caller has; None: the broker keeps the place
        self._stopping = threading.Event()

    def alerts(self, from_number: int | None, follow: bool) -> Iterator[Alert]:
        """See `Bank.alerts`."""
        self.remember(wait=True)
        try:
            self._start(from_number, follow)
            while messages := self._next(follow):
                for message in messages:
                    alert = self._alert(message)
                    if alert:
                        self._offsets.append(message.offset() or 0)
                        yield alert
        except KafkaException as error:
            raise readable(error, f"reading {self.topic}") from error

    def since(self, last: int, follow: bool) -> Iterator[Alert]:
        """See `alert_handler.Channel`: the position is the caller's, none is committed."""
        self._last = last
        return self.alerts(last + 1, follow)

    def stop(self) -> None:
        self._stopping.set()

    def done(self, number: int) -> None:
        """All alerts up to `number` are handled; written down now and then, and at `close`.

        Raises:
            WrongUseError: it was not handed over in this run.
        """
        if number > self.numbers.last:
            raise WrongUseError(f"{self.bank}: alert {number} was not read yet: only an alert that was can be done")
        self._handled = max(self._handled, number)
        if self._handled - self._remembered >= REMEMBER_EVERY:
            self.remember()
        else:
            self._remember_in_time()

    def remember(self, wait: bool = False) -> None:
        """Write the position down; `wait` until the broker has it."""
        self._remembered_at = time.monotonic()
        count = self._handled - self._remembered
        if count > 0:
            self._unsure = TopicPartition(self.topic, 0, self._offsets[count - 1] + 1, str(self._handled))
            del self._offsets[:count]
            self._remembered = self._handled
        elif not wait:
            return
        if self._unsure:
            self._commit(self._unsure, wait)

    def _commit(self, place: TopicPartition, wait: bool) -> None:
        try:
            if wait:
                patiently(lambda: self._client.commit(offsets=[place], asynchronous=False), ANSWER_S)
                self._unsure = None
            else:
                self._client.commit(offsets=[place], asynchronous=True)
        except KafkaException as error:
            raise readable(error, f"remembering alert {place.metadata} of {self.bank}") from error

    def close(self) -> None:
        try:
            self.remember(wait=True)
        finally:
            self._client.close()

    def _remember_in_time(self) -> None:
        if time.monotonic() - self._remembered_at >= REMEMBER_EVERY_S:
            self.remember()

    def _start(self, from_number: int | None, follow: bool) -> None:
        # Without the topic's leader in its cache, librdkafka looks for it a whole second after the assignment.
        self._client.list_topics(self.topic, timeout=ANSWER_S)
        offset, last = self._position() if from_number is None else self._find(from_number, follow)
        self.numbers = Gapless(self.bank, last)
        self._handled = self._remembered = last
        self._offsets = array("q")
        self._from = from_number or 0
        self._at_end = False
        self._client.assign([TopicPartition(self.topic, 0, offset)])

    def _position(self) -> tuple[int, int]:
        """Where this reader stopped: the next offset, and the last number handled."""
        asked = [TopicPartition(self.topic, 0)]
        place = patiently(lambda: self._client.committed(asked, timeout=ANSWER_S), ANSWER_S)[0]
        if place.error:
            raise readable(place.error, f"reading where {self.reader} of {self.bank} stopped")
        if place.offset < 0:
            return 0, 0
        number = place.metadata or ""
        if not number.isdecimal():
            raise WrongUseError(
                f"{self.bank}: the position of reader {self.reader!r} carries no alert number "
                f"(found {number!r}): something else moved it; set it by reading --from a number"
            )
        return place.offset, int(number)

    def _find(self, number: int, follow: bool) -> tuple[int, int]:
        if number < 1:
            raise WrongUseError(f"found alert number {number}, expected 1 or more: a bank's alerts are numbered from 1")
        end = self._client.get_watermark_offsets(TopicPartition(self.topic, 0), timeout=ANSWER_S)[1]
        place = gapless.find(number, end, self._record_from)
        if self._last is not None:
            if not place.there and place.before < self._last:
                raise WrongUseError(
                    f"{self.bank}: alert {self._last} was handled, but {self.topic} ends with {place.before}: "
                    "was it made anew? Ask the office; `NumberStore.set_last` sets where to go on"
                )
            return place.offset, self._last
        if not place.there and not follow:
            raise WrongUseError(
                f"{self.bank} has no alert {number} yet, its last one is {place.before}: "
                "read from an earlier one, or wait for it with --follow"
            )
        return place.offset, number - 1

    def _record_from(self, offset: int) -> Numbered | None:
        message = first_at(self._client, self.topic, offset, self._is_record)
        return (self._read(message).number, message.offset() or 0) if message else None

    def _next(self, follow: bool) -> list[Message]:
        """The next records, as soon as there is one; none at the end when not following."""
        waited_since = time.monotonic()
        while (follow or not self._at_end) and not self._stopping.is_set():
            first = self._client.poll(WAIT_S)
            if first is not None:
                found = [first, *self._client.consume(BATCH, timeout=0)]
                records = [message for message in found if self._is_record(message)]
                self._at_end = len(records) < len(found)
                if records:
                    return records
            elif not follow and time.monotonic() - waited_since > STALL_S:
                raise UnavailableError(f"reading {self.topic}: nothing came for {STALL_S:.0f} s")
            self._remember_in_time()
        return []

    def _is_record(self, message: Message) -> bool:
        """False for the event that says that the end is reached."""
        error = message.error()
        if error is None:
            return True
        if error.code() == KafkaError._PARTITION_EOF:
            return False
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            raise UnavailableError(
                f"{self.topic} does not reach back or on to where reader {self.reader!r} stopped: "
                "was it made anew? Ask the office, then read --from the number you need"
            )
        raise readable(error, f"reading {self.topic}")

    def _alert(self, message: Message) -> Alert | None:
        """The alert of a record, None where it was taken before or lies before the number asked for."""
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
