"""The newest alerts of the banks that have listeners: one Kafka consumer and one thread for all of them.

Not a `Reader`: banks come and go while it runs, and one bank's error must not stop the others.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Sequence
from itertools import groupby

from confluent_kafka import Consumer, IsolationLevel, Message, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

from consumers.reading.alert_records import AlertRecord, record_of
from liancheng.errors import UnavailableError, UndigestibleError
from liancheng.records import topics
from liancheng.settings import Settings
from transport.clients import admin, consumer
from transport.reader import ANSWER_S, TopicGoneError, is_record

log = logging.getLogger("liancheng.roads")

KEPT_ALERTS = 512  # of one bank, for its listeners; older ones are read from Kafka
KEPT_BYTES = 2**20
IDLE_S = 300.0  # a bank without listeners for so long is no longer followed
_WAIT_S = 0.05
_RESTART_S = 0.5
_CHUNK_RECORDS = 500
_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]
PREFIX = topics.BANK_ALERTS.prefix


class Feed:
    """The newest alerts of one bank, without a gap. Only for the event loop's thread.

    `changed` is set, and replaced by a new one, when alerts arrive. `failed`: why no more will arrive.
    """

    def __init__(self, bank: str, loop: asyncio.AbstractEventLoop) -> None:
        self.bank = bank
        self.ready: asyncio.Future[None] = loop.create_future()
        self.changed = asyncio.Event()
        self.failed: Exception | None = None
        self.last = 0  # the newest number; 0: none has come since it began
        self.found_last: int | None = None  # the newest number on the topic, looked up before any came
        self.used_at = time.monotonic()
        self._records: list[AlertRecord] = []

    def since(self, number: int, limit: int) -> list[AlertRecord] | None:
        """Returns alerts from a number on; None if the feed begins after that number."""
        if not self._records or self._records[0].number > number:
            return None
        start = number - self._records[0].number
        return self._records[start : start + limit]

    def put(self, records: Sequence[AlertRecord]) -> None:
        for record in records:
            if self.last and record.number <= self.last:
                continue
            if record.number != self.last + 1:
                self._records.clear()  # the first one, or one after a gap: pages raise MissingAlertError for it
            self._records.append(record)
            self.last = record.number
        if len(self._records) > 2 * KEPT_ALERTS or sum(len(record.json) for record in self._records) > 2 * KEPT_BYTES:
            self._forget()
        self._wake()

    def fail(self, error: Exception) -> None:
        self.failed = error
        if not self.ready.done():
            self.ready.set_exception(error)
        self._wake()

    def _forget(self) -> None:
        kept, size = 0, 0
        for record in reversed(self._records):
            size += len(record.json)
            if kept == KEPT_ALERTS or (kept and size > KEPT_BYTES):
                break
            kept += 1
        del self._records[: len(self._records) - kept]

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Tail:
    """Feeds by bank. Construct it in the event loop that uses it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._feeds: dict[str, Feed] = {}  # of the loop
        self._requests: queue.SimpleQueue[tuple[str, bool]] = queue.SimpleQueue()  # a bank, and whether to follow it
        self._pending: set[str] = set()  # of the thread: requested, not followed yet
        self._offsets: dict[str, int] = {}  # of the thread: the next ones, by bank
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="liancheng.roads", daemon=True)
        self._thread.start()

    async def feed(self, bank: str) -> Feed:
        """Returns the bank's feed. It gets all that is committed after this returns.

        Raises:
            UnavailableError: the broker has no such topic, or does not answer.
        """
        feed = self._feeds.get(bank)
        if feed is None or feed.failed:
            self._drop_idle()
            feed = self._feeds[bank] = Feed(bank, self._loop)
            self._requests.put((bank, True))
        await asyncio.shield(feed.ready)
        feed.used_at = time.monotonic()
        return feed

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(10)

    def _drop_idle(self) -> None:
        now = time.monotonic()
        for bank, feed in list(self._feeds.items()):
            if now - feed.used_at > IDLE_S and feed.ready.done():
                del self._feeds[bank]
                self._requests.put((bank, False))

    def _run(self) -> None:
        while not self._stopping.is_set():
            client = consumer(self._settings, "liancheng.roads", auto_offset_reset="error")
            try:
                client.list_topics(timeout=ANSWER_S)
                client.assign([_place(bank, offset) for bank, offset in self._offsets.items()])
                while not self._stopping.is_set():
                    self._change(client)
                    first = client.poll(_WAIT_S)
                    if first is not None:
                        self._hand_over(client, [first, *client.consume(_CHUNK_RECORDS, timeout=0)])
            except Exception as error:  # of any kind: no other thread continues the work
                log.warning("alerts: %s, starting again", error)
                self._stopping.wait(_RESTART_S)
            finally:
                client.close()

    def _change(self, client: Consumer) -> None:
        while not self._requests.empty():
            bank, is_followed = self._requests.get()
            self._pending.discard(bank)
            if self._offsets.pop(bank, None) is not None:
                client.incremental_unassign([_place(bank)])
            if is_followed:
                self._pending.add(bank)
        if self._pending:
            self._follow(client, sorted(self._pending))

    def _follow(self, client: Consumer, new: Sequence[str]) -> None:
        client.list_topics(timeout=ANSWER_S)  # otherwise librdkafka looks for each leader, up to a second
        ends = self._ends(new)
        for bank, end in ends.items():
            if isinstance(end, Exception):
                self._fail(bank, end)
        offsets = {bank: end for bank, end in ends.items() if isinstance(end, int)}
        client.incremental_assign([_place(bank, end) for bank, end in offsets.items()])
        self._offsets |= offsets
        self._pending.clear()
        for bank in offsets:
            self._loop.call_soon_threadsafe(self._ready, bank)

    def _ends(self, banks: Sequence[str]) -> dict[str, int | Exception]:
        """Returns where open transactions begin, or else the ends: all that is committed from now on comes after."""
        specs = {_place(bank): _LATEST for bank in banks}
        ends: dict[str, int | Exception] = {}
        client = admin(self._settings)
        futures = client.list_offsets(specs, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=ANSWER_S)
        for place, future in futures.items():
            bank = place.topic.removeprefix(PREFIX)
            try:
                ends[bank] = future.result(ANSWER_S).offset
            except Exception as error:
                ends[bank] = UnavailableError(f"{place.topic} cannot be followed: {error}")
        return ends

    def _hand_over(self, client: Consumer, chunk: Sequence[Message]) -> None:
        for topic, messages in groupby(chunk, key=lambda message: message.topic() or ""):
            bank = topic.removeprefix(PREFIX)
            try:
                records = [record_of(message) for message in messages if is_record(message)]
            except (TopicGoneError, UndigestibleError) as error:
                log.warning("%s: %s", topic, error)
                if self._offsets.pop(bank, None) is not None:
                    client.incremental_unassign([_place(bank)])
                self._fail(bank, error)
                continue
            if records and bank in self._offsets:
                self._offsets[bank] = records[-1].offset + 1
                self._loop.call_soon_threadsafe(self._put, bank, records)

    def _ready(self, bank: str) -> None:
        feed = self._feeds.get(bank)
        if feed and not feed.ready.done():
            feed.ready.set_result(None)

    def _put(self, bank: str, records: Sequence[AlertRecord]) -> None:
        if feed := self._feeds.get(bank):
            feed.put(records)

    def _fail(self, bank: str, error: Exception) -> None:
        self._loop.call_soon_threadsafe(lambda: self._feeds[bank].fail(error) if bank in self._feeds else None)


def _place(bank: str, offset: int = -1001) -> TopicPartition:
    return TopicPartition(PREFIX + bank, 0, offset)
