"""The list as the service keeps it in memory: an index of names and the standard in force, followed live."""

import queue
import threading
import time
from collections.abc import Iterator, Sequence

import msgspec
from confluent_kafka import Message

from consumers.view.position import Position
from liancheng import codec
from liancheng.errors import UndigestibleError
from liancheng.joint_list.standard_judge import current_schedule
from liancheng.naming import Match, NameIndex
from liancheng.naming.index import Listed
from liancheng.records import topics
from liancheng.records.entries import Adoption, ListDay
from liancheng.records.facts import Model
from liancheng.settings import Settings
from service.engines.errors import NamesNotReadyError
from transport.follower import Follower

TOPIC = topics.SANCTION_LIST
_BATCHES_WAITING_MAX = 20  # for the index: reading waits beyond that
_WAIT_S = 0.05


class _Names(Model, tag="entry", frozen=True, kw_only=True):
    """The part of an entry that the index needs."""

    uscc: str
    name: str
    former_names: tuple[str, ...] = ()


_decode_names = codec.decoder(_Names)
_decode_day = codec.decoder(ListDay)
_Batch = tuple[list[tuple[str, _Names | None]], tuple[int, ...]]


class LiveList:
    """`standard` is the version in force. `search` may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._follower = Follower(settings, TOPIC.name, TOPIC.partitions, self._take)
        self._limit_s = settings.view_max_age_s
        self._batches: queue.Queue[_Batch] = queue.Queue(_BATCHES_WAITING_MAX)
        self._index: NameIndex | None = None
        self._lock = threading.Lock()
        self._offsets: tuple[int, ...] = (0,) * TOPIC.partitions
        self._in_step_at = 0.0
        self._gone: set[str] = set()
        self._schedule = current_schedule()
        self.standard = self._schedule.initial
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="liancheng.names", daemon=True)

    def start(self) -> None:
        self._follower.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._follower.stop()
        self._thread.join(10)

    @property
    def ready(self) -> bool:
        """Whether names can be searched."""
        return self._index is not None

    @property
    def progress(self) -> float:
        return 1.0 if self.ready else self._follower.progress

    def require_names(self, position: Position) -> None:
        """Raises NamesNotReadyError if the index is not built, or has lagged behind the view for too long."""
        if self._index is None:
            detail = f"the index of names is being built ({self.progress:.0%})"
            raise NamesNotReadyError(detail, progress=round(self.progress, 3))
        lag = sum(max(theirs - ours, 0) for theirs, ours in zip(position.offsets, self._offsets, strict=False))
        if not lag:
            self._in_step_at = time.monotonic()
        elif time.monotonic() - self._in_step_at > self._limit_s:
            raise NamesNotReadyError(f"the index of names is {lag:,} records behind the list", progress=1.0)

    def search(self, name: str, limit: int) -> tuple[list[Match], int]:
        """Returns the companies that a name may mean, the best first, and how many were searched.

        Call `require_names` first.
        """
        with self._lock:
            if self._index is None:
                return [], 0
            return self._index.candidates(name, limit), len(self._index)

    # -- following -------------------------------------------------------------------------------------------------

    def _take(self, messages: Sequence[Message], offsets: Sequence[int]) -> None:
        changes: list[tuple[str, _Names | None]] = []
        for message in messages:
            key, raw = message.key() or b"", message.value()
            if key == topics.NEW_DAY_KEY:
                self._adopt(raw)
            else:
                changes.append((key.decode(), _names(raw)))
        while not self._stopping.is_set():
            try:
                return self._batches.put((changes, tuple(offsets)), timeout=0.5)
            except queue.Full:
                continue

    def _adopt(self, raw: bytes | None) -> None:
        try:
            list_day: ListDay = codec.read(_decode_day, raw or b"", TOPIC.name)
        except UndigestibleError:
            return
        schedule = current_schedule()
        for adoption in list_day.adopted:
            schedule = schedule.adopt(Adoption(version=adoption.version, from_day=adoption.from_day))
        self.standard = schedule.on(list_day.day).version

    def _run(self) -> None:
        index = NameIndex(self._first())
        for uscc in self._gone:
            index.remove(uscc)
        self._in_step_at = time.monotonic()
        self._index = index
        while not self._stopping.is_set():
            try:
                changes, offsets = self._batches.get(timeout=_WAIT_S)
            except queue.Empty:
                continue
            for uscc, names in changes:
                with self._lock:
                    if names is None:
                        index.remove(uscc)
                    else:
                        index.put(uscc, names.name, names.former_names)
            self._offsets = offsets

    def _first(self) -> Iterator[Listed]:
        """Yields the names of every record on the topic at the start; `_gone`: companies removed meanwhile."""
        while not self._stopping.is_set():
            at_end = self._follower.caught_up.is_set()  # checked first: what was read is in the queue by then
            try:
                changes, self._offsets = self._batches.get(timeout=_WAIT_S)
            except queue.Empty:
                if at_end:
                    break
                continue
            for uscc, names in changes:
                if names is None:
                    self._gone.add(uscc)
                else:
                    self._gone.discard(uscc)
                    yield uscc, names.name, names.former_names


def _names(raw: bytes | None) -> _Names | None:
    """Returns None if the entry is gone or unreadable: the view leaves it out as well."""
    try:
        return _decode_names.decode(raw) if raw else None
    except msgspec.DecodeError:
        return None
