"""One life of the process that fills the screening view: from looking at what is there until something is wrong.

Promises, whatever dies on the way: entries and the offsets they reach are written together or not at all; the view is
filled anew where it is not the one that was filled before, or the topic is not the one it was filled from.
"""

import logging
import threading
import time

from confluent_kafka import Message

from consumers.reading.list_topic import ListTopic
from consumers.view import layout, metrics
from consumers.view.fold import EndsSample, ViewInput, fold, open_looks
from consumers.view.layout import ViewHead
from consumers.view.store import ChangedError, Store
from liancheng.errors import RestartSessionError
from liancheng.records import topics
from liancheng.settings import Settings
from transport import redis_clients
from transport.reader import Reader

log = logging.getLogger("liancheng.view")

POLL_S = 0.1
LOOK_S = 1.0  # how often it asks where the topic ends: the view's age is this at most while all is well
LOOKS_MAX = 60  # open looks; with more the oldest ones are still reached first
TOPIC = topics.SANCTION_LIST.name


class FillingSession:
    """Raises KafkaException, RedisError or LianchengError if it cannot begin; RestartSessionError: not now."""

    def __init__(self, settings: Settings) -> None:
        self._batch = settings.batch_max
        self._redis = redis_clients.writer(settings)
        self._reader: Reader | None = None
        self.store = Store(self._redis)
        self.source = ListTopic(settings)
        self._ahead_s = time.monotonic() - self.store.now_ms() / 1000  # our monotonic clock before Redis's
        self._open()
        self.looks: list[EndsSample] = []
        self._ends = self.head.offsets
        self._look_at = 0.0
        self._begun = time.monotonic()
        # no group is joined: where the view stands is written in the view alone
        self._reader = Reader(settings, "liancheng.view", auto_offset_reset="error")
        self._reader.start({(TOPIC, number): offset for number, offset in enumerate(self.head.offsets)})

    @property
    def state(self) -> str:
        """`rebuilding` or `following`."""
        return "rebuilding" if self.head.rebuilding else "following"

    @property
    def age_s(self) -> float | None:
        """Seconds since all that lay on the topic was in the view; None: never yet."""
        current = [part.current_ms for part in self.head.parts]
        if not all(current):
            return None
        return time.monotonic() - self._ahead_s - min(at for at in current if at) / 1000

    def run(self, stopping: threading.Event) -> None:
        """Fill and follow until told to stop. Raises what ends the session."""
        while not stopping.is_set():
            steps = self._read()
            if time.monotonic() >= self._look_at:
                self._look()
                self._look_at = time.monotonic() + LOOK_S
            self._advance(steps)

    def close(self) -> None:
        if self._reader:
            self._reader.close()
        self._redis.close()

    def _saw(self, raw: bytes | None) -> ViewHead | None:
        """Take a head as the one that is there. Bytes are compared later: another version of ours may write others."""
        self._raw, head = raw, layout.decode(raw)
        if head is not None:
            self.head = head
        return head

    def _open(self) -> None:
        """Take the head that is there, where it can be gone on from; else that of a new filling."""
        source = self.source.id()
        starts, ends = self.source.starts(), self.source.ends()
        head = self._saw(self.store.head())
        why = _unusable(head, source, starts, ends)
        if head is not None and why is None:
            log.info("going on with filling %s at %s", head.generation, list(head.offsets))
            return
        try:
            self._saw(self.store.begin(self._raw, source, ends))
        except ChangedError as error:
            raise RestartSessionError("another filler is at work") from error
        metrics.FILLINGS.inc()
        log.info("filling %s begins: %s", self.head.generation, why)

    def _read(self) -> list[ViewInput]:
        assert self._reader
        records, ends = self._reader.read(POLL_S, self._batch)
        return [*map(_record_of, records), *map(_end_of, ends)]

    def _look(self) -> None:
        """Redis is asked for the time before Kafka is asked for the ends: the view is rather called too old."""
        at_ms = self.store.now_ms()
        self._ahead_s = time.monotonic() - at_ms / 1000
        if self.source.id() != self.head.source:
            raise RestartSessionError(f"{TOPIC} was made anew")
        self._ends = self.source.ends()
        if len(self.looks) < LOOKS_MAX:
            self.looks.append(EndsSample(at_ms, self._ends))

    def _advance(self, steps: list[ViewInput]) -> None:
        started = time.monotonic()
        while True:
            after, changes = fold(self.head, steps, self.looks)
            try:
                if after != self.head:
                    self._raw = self.store.write(self._raw, after, changes)
            except ChangedError:
                self._adopt()
                continue
            break
        if after.rebuilding != self.head.rebuilding:
            seconds = time.monotonic() - self._begun
            metrics.FILL_SECONDS.set(seconds)
            log.info("filling %s is complete, %.1f s after this session began", after.generation, seconds)
        self.head = after
        self.looks = open_looks(after, self.looks)
        behind = sum(max(end - offset, 0) for end, offset in zip(self._ends, after.offsets, strict=True))
        metrics.progressed(changes, behind, time.monotonic() - started if steps else None)

    def _adopt(self) -> None:
        """Take over what another filler wrote meanwhile; it has read the same records.

        Raises:
            RestartSessionError: the view was flushed, lost, or put back: go on from what it says.
        """
        metrics.CONFLICTS.inc()
        before, found = self.head, self._saw(self.store.head())
        if found is None or (found.generation, found.source) != (before.generation, before.source):
            raise RestartSessionError("the view is not the one that was being filled")
        if any(there < here for there, here in zip(found.offsets, before.offsets, strict=True)):
            raise RestartSessionError("the view was put back to an older state")


def _unusable(head: ViewHead | None, source: str, starts: tuple[int, ...], ends: tuple[int, ...]) -> str | None:
    """Why a view cannot be gone on with."""
    if head is None:
        return "there is none"
    if head.source != source or len(head.parts) != len(ends):
        return f"the one there was filled from another {TOPIC}"
    for offset, start, end in zip(head.offsets, starts, ends, strict=True):
        if offset > end or 0 < offset < start:
            return f"offset {offset} is not on the topic any more"
    return None


def _record_of(message: Message) -> ViewInput:
    key, timestamp_ms = message.key() or b"", message.timestamp()[1]
    return ViewInput(message.partition() or 0, message.offset() or 0, timestamp_ms, key, message.value())


def _end_of(message: Message) -> ViewInput:
    return ViewInput(message.partition() or 0, message.offset() or 0)
