"""One session of the process that fills the screening view: from inspecting Redis until an error.

Whatever process dies: entries and the offsets they reach are written together or not at all; the view is filled again
if it is not the one that was filled before, or the topic is not the one it was filled from.
"""

import logging
import threading
import time

from confluent_kafka import Message

from consumers.reading.list_topic import ListTopic
from consumers.view import layout, metrics
from consumers.view.fold import EndsSample, ViewInput, fold, unreached
from consumers.view.layout import ViewHead
from consumers.view.store import ChangedError, Store
from liancheng.errors import RestartSessionError
from liancheng.records import topics
from liancheng.settings import Settings
from transport import redis_clients
from transport.reader import Reader

log = logging.getLogger("liancheng.view")

POLL_S = 0.1
SAMPLE_S = 1.0  # how often it asks where the topic ends: the view's age is this at most while all is well
SAMPLES_MAX = 60  # not reached yet; the oldest are reached first
TOPIC = topics.SANCTION_LIST.name


class FillingSession:
    """Raises KafkaException, RedisError or LianchengError if it cannot begin; RestartSessionError: not now."""

    def __init__(self, settings: Settings) -> None:
        self._batch = settings.batch_max
        self._redis = redis_clients.writer(settings)
        self._reader: Reader | None = None
        self.store = Store(self._redis)
        self.source = ListTopic(settings)
        self._ahead_s = time.monotonic() - self.store.now_ms() / 1000  # this machine's monotonic clock minus Redis's
        self._open()
        self.samples: list[EndsSample] = []
        self._ends = self.head.offsets
        self._sample_at = 0.0
        self._begun = time.monotonic()
        # no group is joined: the position is in the view only
        self._reader = Reader(settings, "liancheng.view", auto_offset_reset="error")
        self._reader.start({(TOPIC, number): offset for number, offset in enumerate(self.head.offsets)})

    @property
    def state(self) -> str:
        """`rebuilding` or `following`."""
        return "rebuilding" if self.head.rebuilding else "following"

    @property
    def age_s(self) -> float | None:
        """Seconds since the view held all that was on the topic; None: never yet."""
        current = [part.current_ms for part in self.head.parts]
        if not all(current):
            return None
        return time.monotonic() - self._ahead_s - min(at for at in current if at) / 1000

    def run(self, stopping: threading.Event) -> None:
        """Fills and follows until `stopping` is set. Raises what ends the session."""
        while not stopping.is_set():
            inputs = self._read()
            if time.monotonic() >= self._sample_at:
                self._sample()
                self._sample_at = time.monotonic() + SAMPLE_S
            self._advance(inputs)

    def close(self) -> None:
        if self._reader:
            self._reader.close()
        self._redis.close()

    def _take(self, raw: bytes | None) -> ViewHead | None:
        """Takes the stored head. Its bytes are kept to compare: another version of this program may encode others."""
        self._raw, head = raw, layout.decode(raw)
        if head is not None:
            self.head = head
        return head

    def _open(self) -> None:
        """Continues from the stored head if that is possible; else begins a new filling."""
        source = self.source.id()
        starts, ends = self.source.starts(), self.source.ends()
        head = self._take(self.store.head())
        why = _unusable(head, source, starts, ends)
        if head is not None and why is None:
            log.info("continuing filling %s at %s", head.generation, list(head.offsets))
            return
        try:
            self._take(self.store.begin(self._raw, source, ends))
        except ChangedError as error:
            raise RestartSessionError("another filler is at work") from error
        metrics.FILLINGS.inc()
        log.info("filling %s begins: %s", self.head.generation, why)

    def _read(self) -> list[ViewInput]:
        assert self._reader
        records, ends = self._reader.read(POLL_S, self._batch)
        return [*map(_record_of, records), *map(_end_of, ends)]

    def _sample(self) -> None:
        """Redis's time is read before Kafka's ends: the age is rather over- than understated."""
        at_ms = self.store.now_ms()
        self._ahead_s = time.monotonic() - at_ms / 1000
        if self.source.id() != self.head.source:
            raise RestartSessionError(f"{TOPIC} was created again")
        self._ends = self.source.ends()
        if len(self.samples) < SAMPLES_MAX:
            self.samples.append(EndsSample(at_ms, self._ends))

    def _advance(self, inputs: list[ViewInput]) -> None:
        started = time.monotonic()
        while True:
            after, changes = fold(self.head, inputs, self.samples)
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
        self.samples = unreached(after, self.samples)
        behind = sum(max(end - offset, 0) for end, offset in zip(self._ends, after.offsets, strict=True))
        metrics.progressed(changes, behind, time.monotonic() - started if inputs else None)

    def _adopt(self) -> None:
        """Takes over what another filler has written; it has read the same records.

        Raises:
            RestartSessionError: the view was flushed, lost, or put back: the next session continues from its state.
        """
        metrics.CONFLICTS.inc()
        before, stored = self.head, self._take(self.store.head())
        if stored is None or (stored.generation, stored.source) != (before.generation, before.source):
            raise RestartSessionError("the view is not the one that was being filled")
        if any(new < old for new, old in zip(stored.offsets, before.offsets, strict=True)):
            raise RestartSessionError("the view was put back to an older state")


def _unusable(head: ViewHead | None, source: str, starts: tuple[int, ...], ends: tuple[int, ...]) -> str | None:
    """Returns why a filling cannot be continued from this head; None: it can."""
    if head is None:
        return "there is none"
    if head.source != source or len(head.parts) != len(ends):
        return f"the existing one was filled from another {TOPIC}"
    for offset, start, end in zip(head.offsets, starts, ends, strict=True):
        if offset > end or 0 < offset < start:
            return f"offset {offset} is not on the topic any more"
    return None


def _record_of(message: Message) -> ViewInput:
    key, timestamp_ms = message.key() or b"", message.timestamp()[1]
    return ViewInput(message.partition() or 0, message.offset() or 0, timestamp_ms, key, message.value())


def _end_of(message: Message) -> ViewInput:
    return ViewInput(message.partition() or 0, message.offset() or 0)
