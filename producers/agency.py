"""The SDK for an agency's programs: publish events and get the receipt of each."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

from confluent_kafka import KafkaError, KafkaException, Message

from liancheng import codec
from liancheng.errors import UnavailableError, WrongUseError
from liancheng.intake.document_ids import event_id, event_key, type_of
from liancheng.records import topics
from liancheng.records.events import Event
from liancheng.records.facts import Finding, Receipt
from liancheng.settings import Settings
from liancheng.text.findings import sentence
from producers.door import natural_person, too_large
from producers.receipts import Reader, ends, table
from transport import admin
from transport.clients import producer, readable

WAIT_S = 0.1  # how long one wait for a receipt blocks
FLUSH_S = 60.0  # twice message.timeout.ms: every event is reported by then

Place = tuple[int, int]  # partition, offset


class NotPublishedError(WrongUseError):
    """The event was not put on the topic: `finding` says why and how to correct it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"not published: {sentence(finding)}")
        self.finding = finding


class NotAnsweredError(UnavailableError):
    """No receipt arrived in time. The events are on the topic and will be answered; `receipts` holds those that did."""

    def __init__(self, message: str, receipts: list[Receipt]) -> None:
        super().__init__(message)
        self.receipts = receipts


class Ticket:
    """What `publish` returns for one event. `place` and `receipt` are set later, while the agency is polled or waits.

    `place` (partition, offset): the event is on the topic and will be answered. `receipt`: whether it was accepted.
    """

    __slots__ = ("__weakref__", "event_id", "place", "receipt")

    def __init__(self, id_: str) -> None:
        self.event_id = id_
        self.place: Place | None = None
        self.receipt: Receipt | None = None

    @property
    def is_on_topic(self) -> bool:
        return self.place is not None


class Agency:
    """The agency of one province. Not thread-safe.

    An event passes three points: `publish` returns (it is in this process's memory and leaves within milliseconds), its
    ticket has a `place` (it is on the topic; `flush` waits for this), and its ticket has a `receipt` (`wait` waits for
    this). Only the receipt says whether it was accepted.

    Raises:
        UnavailableError: the broker does not answer or refuses the login.
        WrongUseError: the province has no topics.
    """

    def __init__(self, province: str, settings: Settings | None = None) -> None:
        self.province = province
        self.settings = settings or Settings()
        admin.require_province(self.settings, province)
        self.topic = topics.PENALTY_EVENTS.named(province)
        self._source = f"/provinces/{province}".encode()
        self._producer = producer(self.settings)
        self._opened_at = ends(self.settings, province)
        self._reader: Reader | None = None
        self._unanswered: WeakValueDictionary[Place, Ticket] = WeakValueDictionary()
        self._failed: list[KafkaError] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._disconnect()

    def close(self) -> None:
        """Wait until every event is on the topic (see `flush`), then disconnect."""
        try:
            self.flush()
        finally:
            self._disconnect()

    def publish(self, event: Event) -> Ticket:
        """Queue an event for sending, in order. Blocks only while 100,000 events are queued.

        When it returns, the event need not be on the topic (`flush`) nor accepted (`wait`). Publishing the same event
        again is harmless: its receipt says `duplicate`.

        Raises:
            NotPublishedError: the event is about a natural person or too large; nothing was sent.
            UnavailableError: an earlier event did not arrive, or the broker refuses.
        """
        if refusal := natural_person(event):
            raise NotPublishedError(refusal)
        key, value = event_key(self.province, event), codec.encode(event)
        if refusal := too_large(value):
            raise NotPublishedError(refusal)
        ticket = Ticket(event_id(key, event))
        headers = codec.headers(type_of(event), self._source, ticket.event_id)
        self._raise_failed()
        while not self._produced(key, value, headers, ticket):
            self._producer.poll(0.1)  # the queue is full: wait until some have left it
        self._producer.poll(0)
        return ticket

    def poll(self) -> int:
        """Process the broker's reports, which set the places of tickets. Returns how many there were.

        `publish`, `flush` and `wait` do this too; call it if a program publishes rarely and looks at its tickets.
        """
        return self._producer.poll(0)

    def flush(self, timeout_s: float = FLUSH_S) -> None:
        """Wait until every published event is on the topic. Raises UnavailableError if one is not in time."""
        left = self._producer.flush(timeout_s)
        self._raise_failed()
        if left:
            raise UnavailableError(f"{self.topic}: {left} events did not arrive within {timeout_s:g} s: {_AGAIN}")

    def wait(self, ticket: Ticket, timeout_s: float = 10.0) -> Receipt:
        """Returns the receipt of exactly this event, even if the same event was sent twice.

        Raises:
            NotAnsweredError: there is none within `timeout_s`. The event is on the topic; wait again later.
            UnavailableError: the event did not reach the topic.
        """
        return self.wait_all([ticket], timeout_s)[0]

    def wait_all(
        self, tickets: Sequence[Ticket], timeout_s: float = 10.0, on_progress: Callable[[int], None] = lambda _: None
    ) -> list[Receipt]:
        """Returns the receipts of these tickets, in their order.

        Args:
            tickets: tickets of this agency.
            timeout_s: how long to wait without any new receipt.
            on_progress: called with the number of newly answered tickets.

        Raises:
            NotAnsweredError: no receipt arrived for `timeout_s`; the error holds those that did.
            UnavailableError: some events did not reach the topic.
        """
        self.flush()
        if lost := sum(1 for ticket in tickets if not ticket.is_on_topic):
            raise UnavailableError(f"{self.topic}: {lost} of {len(tickets)} events did not arrive: {_AGAIN}")
        waiting = {ticket for ticket in tickets if not ticket.receipt}
        on_progress(len(tickets) - len(waiting))
        silent_since = time.monotonic()
        while waiting:
            if answered := waiting & self._take(self._opened().next(min(WAIT_S, timeout_s))):
                waiting -= answered
                on_progress(len(answered))
                silent_since = time.monotonic()
            elif time.monotonic() - silent_since > timeout_s:
                raise self._not_answered(tickets, len(waiting), timeout_s)
        return _receipts(tickets)

    def receipts(self) -> dict[str, Receipt]:
        """Returns the last receipt of each document of the province, by document id."""
        return table(self.settings, ends(self.settings, self.province))

    def _produced(self, key: str, value: bytes, headers: codec.Headers, ticket: Ticket) -> bool:
        def report(error: KafkaError | None, message: Message) -> None:
            if error:
                self._failed.append(error)
            else:
                ticket.place = (message.partition() or 0, message.offset() or 0)
                self._unanswered[ticket.place] = ticket

        try:
            self._producer.produce(self.topic, value, key, on_delivery=report, headers=[*headers])
        except BufferError:
            return False
        except KafkaException as error:
            raise readable(error, f"publishing to {self.topic}") from error
        return True

    def _raise_failed(self) -> None:
        if self._failed:
            first, count = self._failed[0], len(self._failed)
            self._failed = []
            raise readable(first, f"{self.topic}: {count} events did not arrive, {_AGAIN}; the cause")

    def _opened(self) -> Reader:
        if self._reader is None:
            self._reader = Reader(self.settings, self.province, self._opened_at)
        return self._reader

    def _take(self, receipts: list[Receipt]) -> set[Ticket]:
        """Set the receipts of tickets that are still referenced. Returns these tickets."""
        answered = set()
        for receipt in receipts:
            place = (receipt.submission.partition, receipt.submission.offset)
            ticket = self._unanswered.pop(place, None)
            if ticket is not None:
                ticket.receipt = receipt
                answered.add(ticket)
        return answered

    def _not_answered(self, tickets: Sequence[Ticket], waiting: int, timeout_s: float) -> NotAnsweredError:
        return NotAnsweredError(
            f"{topics.RECEIPTS.named(self.province)}: no receipt for {timeout_s:g} s, {waiting} of {len(tickets)} "
            "events are not answered yet. They are on the topic: see that a worker runs (`liancheng status`), and look "
            "at `liancheng receipts` later",
            _receipts(tickets),
        )

    def _disconnect(self) -> None:
        reader, self._reader = self._reader, None
        if reader:
            reader.close()
        self._producer.purge()


_AGAIN = "publish again what has no ticket with a place (what did arrive is answered `duplicate`)"


def _receipts(tickets: Sequence[Ticket]) -> list[Receipt]:
    return [ticket.receipt for ticket in tickets if ticket.receipt]
