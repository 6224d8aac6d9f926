"""The simulation finds what is planted: for each bug that an engine might have, some life shows it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka import TopicPartition

from liancheng.settings import Settings
from stream_apps import engine, joint_list, restore, writer
from stream_apps.batch import Batch
from stream_apps.engine import Session
from stream_apps.stage import Place, Store
from stream_apps.writer import Writer
from tests.simulation.lives import LifeError, live
from tests.simulation.memory_consumer import MemoryConsumer
from transport import tables

LIVES = 150
Plant = Callable[[pytest.MonkeyPatch], None]


def keeps_what_was_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "rollback", Store.commit)
    monkeypatch.setattr(joint_list.Subjects, "rollback", joint_list.Subjects.commit)


def forgets_to_roll_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "rollback", lambda self: None)


def restores_to_the_last_stable_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    def stable(settings: Settings, places: Any) -> Any:
        client = tables.consumer(settings, "ends", isolation_level="read_committed")
        return tables.end_offsets(client, places)

    monkeypatch.setattr(restore, "high_watermarks", stable)


def restores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "read_until", lambda *_: iter(()))


def commits_no_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Writer.begin
    monkeypatch.setattr(Writer, "begin", lambda self, ends, membership: begin(self, {}, membership))


def commits_outputs_before_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a transaction of their own: who crashes between the two writes the outputs again."""
    begin, commit = Writer.begin, Writer.commit

    def begin_without(self: Any, ends: dict[Place, int], membership: object) -> None:
        self.later = (ends, membership)
        begin(self, {}, membership)

    def commit_both(self: Any) -> None:
        commit(self)
        begin(self, *self.later)
        self._offsets_call.wait(1)
        commit(self)

    monkeypatch.setattr(Writer, "begin", begin_without)
    monkeypatch.setattr(Writer, "commit", commit_both)


def goes_on_when_the_outcome_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does the batch again in the same session, as if it had been aborted."""
    transact = Session._transact

    def careless(self: Session, batch: Batch, ends: dict[Place, int]) -> bool:
        try:
            return transact(self, batch, ends)
        except engine.KafkaException as error:
            if error.args[0].fatal() or error.args[0].code() in engine.FENCED:
                raise
            return False

    monkeypatch.setattr(Session, "_transact", careless)


def keeps_units_whatever_others_did_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "_is_current", lambda self, unit_id, places: unit_id in self._kept)


def starts_from_offsets_that_are_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(self: Any, places: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        offsets = self._group.offsets
        return [TopicPartition(p.topic, p.partition, offsets.get((p.topic, p.partition), 0)) for p in places]

    monkeypatch.setattr(MemoryConsumer, "committed", at_once)


def writes_as_no_member(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that whoever lost its partitions can go on writing."""
    begin = Writer.begin

    def as_nobody(self: Any, ends: dict[Place, int], membership: Any) -> None:
        begin(self, ends, membership._replace(generation=-1, member="", instance=None))

    monkeypatch.setattr(Writer, "begin", as_nobody)


def writes_without_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    produce = Writer._produce

    def plain(self: Any, output: Any) -> str:
        real, self._producer = self._producer, writer.producer(None)
        try:
            answer = produce(self, output)
            self._producer.flush(1)
        finally:
            self._producer = real
        return answer

    monkeypatch.setattr(Writer, "_produce", plain)


def reads_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judges by the day on which a record happens to be folded."""
    fold = joint_list.Subjects.fold

    def by_the_clock(self: Any, record: Any, now: Any, out: Any) -> None:
        if now.year < 2027:
            self._committed = self._move(self._point._replace(day=max(self.day, now.date())))
        fold(self, record, now, out)

    monkeypatch.setattr(joint_list.Subjects, "fold", by_the_clock)


def adopts_again_what_it_restores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each record of the day has all adoptions so far: they are taken for further ones."""
    restore = joint_list.Subjects.restore

    def add_up(self: Any, topic: str, key: bytes, value: bytes | None) -> None:
        known, self._initial = self._initial, self.schedule
        restore(self, topic, key, value)
        self._initial = known

    monkeypatch.setattr(joint_list.Subjects, "restore", add_up)


PLANTS: tuple[Plant, ...] = (
    keeps_what_was_aborted,
    forgets_to_roll_back,
    restores_to_the_last_stable_offset,
    restores_nothing,
    commits_no_offsets,
    commits_outputs_before_offsets,
    goes_on_when_the_outcome_is_unknown,
    keeps_units_whatever_others_did_meanwhile,
    starts_from_offsets_that_are_pending,
    writes_as_no_member,
    writes_without_a_transaction,
    reads_the_clock,
    adopts_again_what_it_restores,
)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_it_finds(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    seeds: Iterator[int] = iter(range(1, LIVES + 1))
    with pytest.raises(LifeError, match=r"make simulate SEED=\d+") as caught:
        for seed in seeds:
            live(seed)
    print(f"seed {next(seeds) - 1}: {str(caught.value).splitlines()[-1][:200]}")  # noqa: T201
