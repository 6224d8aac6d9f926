"""What a stage is: topics in, a pure fold over the state of one partition, records out. No Kafka here."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from liancheng.codec import Headers, encode

Place = tuple[str, int]  # topic, partition
BY_KEY = -1  # an output whose partition the producer chooses by its key
T = TypeVar("T")


class Record(NamedTuple):
    """A record as a stage reads it. `timestamp_ms` is the one its producer gave it."""

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
    """A partition that a unit's state is restored from.

    `own`: the stage writes it, read it to its end. Otherwise it is an input that is also state: read it to the
    committed offset, the rest will come as input.
    """

    place: Place
    own: bool


class Unit(Protocol):
    """The state of one partition. `fold` sees what earlier records of the batch did; only `commit` makes it last."""

    def restore(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Take one record of a table. Records of one key come in order."""

    def stands_alone(self, record: Record) -> bool:
        """Whether there may be long work before this record: then it begins a batch."""

    def pending(self, record: Record) -> bool:
        """Whether there is more to do before this record than one transaction should hold: then `prepare` comes first.

        Asked of a batch's first record, when all before it are committed.
        """

    def prepare(self, record: Record, out: list[Output]) -> None:
        """Do a part of that. It is committed by itself; the record stays the next one to fold."""

    def fold(self, record: Record, now: datetime, out: list[Output]) -> None:
        """Fold one record, appending what it leads to. Raises before it changes anything, or not at all."""

    def commit(self) -> None:
        """The batch's transaction has committed: its changes are state now."""

    def rollback(self) -> None:
        """It has not: forget the batch's changes."""


class Prompt:
    """A unit that folds each record at once."""

    def stands_alone(self, record: Record) -> bool:
        return False

    def pending(self, record: Record) -> bool:
        return False

    def prepare(self, record: Record, out: list[Output]) -> None:
        raise NotImplementedError


class Stage(Protocol):
    """One step of the data flow. A unit is what must stay on one worker: one partition number of all joined topics."""

    @property
    def name(self) -> str: ...

    @property
    def inputs(self) -> tuple[str, ...]:
        """Topics, or patterns that start with ^."""

    def unit_of(self, place: Place) -> Hashable: ...

    def tables(self, places: Iterable[Place]) -> tuple[Table, ...]:
        """What restores the unit that reads these places."""

    def open(self, places: Iterable[Place]) -> Unit: ...


class Store(Generic[T]):
    """Keyed state of one partition: raw bytes until a key is touched, changes of a batch apart until they commit."""

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
        """Hold a value and give its bytes, which are what is written and what will be kept."""
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
