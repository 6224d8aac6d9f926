"""The interface of a stage: topics in, a pure fold over the state of one partition, records out. No Kafka here."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from liancheng.codec import Headers, encode

Place = tuple[str, int]  # topic, partition
BY_KEY = -1  # an output whose partition the producer chooses by its key
T = TypeVar("T")


class Record(NamedTuple):
    """A record as a stage reads it. `timestamp_ms` was set by its producer."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None

    def instant(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp_ms / 1000, UTC)


class Output(NamedTuple):
    """A record that a stage writes."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers
    partition: int = BY_KEY


@dataclass(frozen=True)
class Table:
    """A partition that a unit restores its state from.

    `own`: the stage writes it, and restoring reads it to its end. Otherwise it is an input that is also state:
    restoring reads it to the committed offset, and the rest arrives as input.
    """

    place: Place
    own: bool


class Unit(Protocol):
    """The state of one partition. `fold` sees the changes of earlier records of its batch; `commit` makes them last."""

    def restore(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Take one record of a table. Records of one key come in order."""

    def begins_batch(self, record: Record) -> bool:
        """Returns whether the record may need long work first. If so, it is the first of its batch."""

    def has_long_work(self, record: Record) -> bool:
        """Returns whether the record needs more work first than one transaction should hold; `prepare` does it.

        Called with the first record of a batch, once all records before it are committed.
        """

    def prepare(self, record: Record, out: list[Output]) -> None:
        """Do one part of the long work. It commits by itself; the record stays the next to fold."""

    def fold(self, record: Record, now: datetime, out: list[Output]) -> None:
        """Fold one record and append what it leads to. If it raises, it has changed nothing."""

    def commit(self) -> None:
        """The transaction has committed: the batch's changes are state now."""

    def rollback(self) -> None:
        """The transaction was aborted: forget the batch's changes."""


class Stage(Protocol):
    """One step of the data flow. A unit holds what must stay on one worker: one partition number of all its topics."""

    @property
    def name(self) -> str: ...

    @property
    def inputs(self) -> tuple[str, ...]:
        """Topics, or patterns that start with ^."""

    def unit_of(self, place: Place) -> Hashable: ...

    def tables(self, places: Iterable[Place]) -> tuple[Table, ...]:
        """Returns the tables that restore the unit which reads these places."""

    def open(self, places: Iterable[Place]) -> Unit: ...


class Store(Generic[T]):
    """Keyed state of one partition: bytes until a key is used; a batch's changes are kept apart until they commit."""

    def __init__(self, decode: Any) -> None:
        self._decode = decode.decode
        self.raw: dict[bytes, bytes] = {}
        self.changed: dict[bytes, tuple[T | None, bytes | None]] = {}

    def __len__(self) -> int:
        return len(self.raw)

    def get(self, key: bytes) -> T | None:
        change = self.changed.get(key)
        if change is not None:
            return change[0]
        raw = self.raw.get(key)
        return None if raw is None else self._decode(raw)

    def put(self, key: bytes, value: T) -> bytes:
        """Set a value. Returns its bytes, which are written to the table and kept."""
        raw = encode(value)
        self.changed[key] = (value, raw)
        return raw

    def drop(self, key: bytes) -> None:
        self.changed[key] = (None, None)

    def restore(self, key: bytes, raw: bytes | None) -> None:
        if raw is None:
            self.raw.pop(key, None)
        else:
            self.raw[key] = raw

    def commit(self) -> None:
        for key, (_, raw) in self.changed.items():
            self.restore(key, raw)
        self.changed.clear()

    def rollback(self) -> None:
        self.changed.clear()


class StoreUnit(Generic[T]):
    """A unit whose state is one store, and that never has long work."""

    def __init__(self, decode: Any) -> None:
        self.store: Store[T] = Store(decode)

    def restore(self, topic: str, key: bytes, value: bytes | None) -> None:
        self.store.restore(key, value)

    def begins_batch(self, record: Record) -> bool:
        return False

    def has_long_work(self, record: Record) -> bool:
        return False

    def prepare(self, record: Record, out: list[Output]) -> None:
        raise NotImplementedError

    def commit(self) -> None:
        self.store.commit()

    def rollback(self) -> None:
        self.store.rollback()
