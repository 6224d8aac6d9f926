"""A stage that only counts, to test the engine on: how often each key came, and one output for each record."""

import itertools
import os
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from liancheng import codec
from liancheng.settings import Settings
from stream_apps.batch import Batch
from stream_apps.engine import StageThread
from stream_apps.stage import Output, Place, Record, StoreUnit, Table
from tests.eventually import eventually
from transport.clients import consumer, producer
from transport.tables import high_watermarks, read_until

PARTITIONS = 4
SESSION_TIMEOUT_MS = 2000
_serial = itertools.count(1)


class Counted(msgspec.Struct, tag="counted", frozen=True):
    """`count` is how often the key has come; `place` is the record that made it so."""

    count: int
    place: tuple[int, int]


class Counts(StoreUnit[Counted]):
    """The counts of one partition."""

    def __init__(self, stage: "Toy") -> None:
        super().__init__(codec.decoder(Counted))
        self.stage = stage

    def fold(self, record: Record, now: datetime, out: list[Output]) -> None:
        """The value says what to do: nothing more, `poison`, `to:<topic>`, `large:<bytes>`."""
        key, value = record.key or b"", (record.value or b"").decode()
        if value.startswith("poison"):
            raise ValueError("nobody can digest this")
        known = self.store.get(key)
        raw = self.store.put(key, Counted(known.count + 1 if known else 1, (record.partition, record.offset)))
        out.append(Output(self.stage.table, key, raw, [], record.partition))
        what, _, argument = value.partition(":")
        if what == "to":
            out.append(Output(argument, key, raw, []))
        elif what == "large":
            out.append(Output(self.stage.out, key, os.urandom(int(argument)), []))
        else:
            out.append(Output(self.stage.out, key, raw, []))


class Toy:
    """Topics `<name>.in`, `<name>.table` and `<name>.out`, made when it is made; each has names of its own."""

    def __init__(self, settings: Settings) -> None:
        self.name = f"toy-{os.getpid()}-{next(_serial)}"
        self.source, self.table, self.out = (f"{self.name}.{kind}" for kind in ("in", "table", "out"))
        self.inputs = (self.source,)
        self.opened: list[Hashable] = []
        make_topics(settings, self.source, self.table, self.out)

    def unit_of(self, place: Place) -> Hashable:
        return place[1]

    def tables(self, places: Iterable[Place]) -> tuple[Table, ...]:
        return tuple(Table((self.table, partition), own=True) for _, partition in places)

    def open(self, places: Iterable[Place]) -> Counts:
        self.opened += [place[1] for place in places]
        return Counts(self)


def make_topics(settings: Settings, *names: str, partitions: int = PARTITIONS) -> None:
    admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers})
    for future in admin.create_topics([NewTopic(name, partitions) for name in names], operation_timeout=10).values():
        future.result(15)


def feed(settings: Settings, topic: str, values: Iterable[tuple[str, str]], partition: int | None = None) -> None:
    """Write (key, value) pairs and wait until the broker has them; keys `k<n>` lie on partition n by default."""
    client = producer(settings)
    for key, value in values:
        client.produce(topic, value, key, int(key[1:]) % PARTITIONS if partition is None else partition)
        client.poll(0)
    assert client.flush(30) == 0


def plain(count: int, keys: int = 20) -> list[tuple[str, str]]:
    return [(f"k{i % keys}", "") for i in range(count)]


def fold_at_once(batch: Batch) -> None:
    batch.fold()


def worker(settings: Settings, number: int = 1, **more: Any) -> Settings:
    """Settings of worker `number`."""
    own = {"worker_id": f"worker-{number}", "session_timeout_ms": SESSION_TIMEOUT_MS}
    return settings.model_copy(update=own | more)


@contextmanager
def running(stage: Any, settings: Settings, hand_over: Callable[[Batch], None] = fold_at_once) -> Iterator[StageThread]:
    thread = StageThread(stage, settings, hand_over)
    thread.start()
    try:
        yield thread
    finally:
        thread.stop()
        assert thread.state == "stopped"


def ends_of(settings: Settings, topic: str, partitions: int = PARTITIONS) -> dict[Place, int]:
    return high_watermarks(settings, [(topic, partition) for partition in range(partitions)])


def committed(settings: Settings, topic: str, partitions: int = PARTITIONS) -> list[Message]:
    """Every record of a topic that a reader of committed records sees."""
    return [message for part in read_until(settings, ends_of(settings, topic, partitions)) for message in part]


def offsets(settings: Settings, stage: Toy) -> dict[int, int]:
    """The stage's committed offset on each partition of its input."""
    client: Consumer = consumer(settings, f"liancheng.{stage.name}")
    wanted = [TopicPartition(stage.source, n) for n in range(PARTITIONS)]
    try:  # a broker that has just started says NOT_COORDINATOR for a moment
        places = eventually(lambda: client.committed(wanted, timeout=15), timeout_s=15)
        return {place.partition: max(place.offset, 0) for place in places}
    finally:
        client.close()


def done(settings: Settings, stage: Toy) -> bool:
    """Whether the stage has committed all its input."""
    ends = ends_of(settings, stage.source)
    return offsets(settings, stage) == {place[1]: end for place, end in ends.items()}


def assert_exactly_once(settings: Settings, stage: Toy, dead: Iterable[tuple[int, int]] = ()) -> None:
    """Each input record has one output, each key's counts are 1, 2, 3, … in the order of its records, and the table
    says the last; but for the places of `dead`, which led to nothing."""
    expected: dict[bytes, list[Counted]] = {}
    buried = set(dead)
    for message in sorted(committed(settings, stage.source), key=lambda m: (m.partition(), m.offset())):
        place = (message.partition() or 0, message.offset() or 0)
        if place not in buried:
            counts = expected.setdefault(message.key() or b"", [])
            counts.append(Counted(len(counts) + 1, place))
    decode = codec.decoder(Counted).decode
    seen: dict[str, dict[bytes, list[Counted]]] = {}
    for topic in (stage.out, stage.table):
        by_key = seen.setdefault(topic, {})
        for message in sorted(committed(settings, topic), key=lambda m: (m.partition(), m.offset())):
            by_key.setdefault(message.key() or b"", []).append(decode(message.value() or b""))
    assert seen[stage.out] == expected
    assert seen[stage.table] == expected
