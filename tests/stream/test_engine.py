"""The engine's promises (docs/guarantees.md), one by one, on a real broker with a stage that only counts."""

import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from liancheng.records import topics
from liancheng.settings import Settings
from stream_apps import engine, writer
from stream_apps.batch import Batch
from stream_apps.engine import StageThread
from tests.eventually import eventually
from tests.local_broker import running_broker, settings_of
from tests.stream.toy import (
    SESSION_TIMEOUT_MS,
    Toy,
    assert_exactly_once,
    committed,
    done,
    ends_of,
    feed,
    offsets,
    plain,
    running,
    worker,
)
from transport import admin
from transport.clients import consumer, producer

LONG_S = 4 * SESSION_TIMEOUT_MS / 1000 + 10


@pytest.fixture
def toy(settings: Settings) -> Toy:
    admin.ensure_shared_topics(settings)
    return Toy(settings)


def until_done(settings: Settings, stage: Toy) -> None:
    eventually(lambda: done(settings, stage), timeout_s=LONG_S, what="the stage has worked off its input")


def offsets_sum(settings: Settings, stage: Toy) -> int:
    return sum(offsets(settings, stage).values())


def dead_letters(settings: Settings, stage: Toy) -> list[Message]:
    letters = committed(settings, topics.DEAD_LETTERS.name, 1)
    return [letter for letter in letters if header(letter, "stage") == stage.name]


def header(message: Message, name: str) -> str:
    return dict(message.headers() or [])[name].decode()


def holding(thread: StageThread) -> set[Hashable]:
    session = thread.session
    return set(session.units) if session and session.restored else set()


class Gate:
    """A hand-over that folds when it is let to: what happens in the middle of a batch can be put there."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.batches: list[Batch] = []

    def __call__(self, batch: Batch) -> None:
        self.batches.append(batch)
        threading.Thread(target=self._fold, args=(batch,), daemon=True).start()

    def _fold(self, batch: Batch) -> None:
        self.open.wait(60)
        batch.fold()


class Meddler:
    """A producer with one of its steps replaced by `step(real producer, *arguments)`."""

    def __init__(self, real: Any, name: str, step: Callable[..., None]) -> None:
        self._real = real
        self._name = name
        self._step = step

    def __getattr__(self, name: str) -> Any:
        if name == self._name:
            return lambda *arguments: self._step(self._real, *arguments)
        return getattr(self._real, name)


def meddle(monkeypatch: pytest.MonkeyPatch, name: str, step: Callable[..., None]) -> None:
    """Let `step` stand in for that method of the producers that stages make from now on."""
    monkeypatch.setattr(writer, "producer", lambda *a, **k: Meddler(producer(*a, **k), name, step))


# -- one transaction -----------------------------------------------------------------------------------------------


def test_outputs_and_offsets_are_seen_together(settings: Settings, toy: Toy) -> None:
    feed(settings, toy.source, plain(2000))
    snapshots = []

    def look() -> bool:
        before = len(committed(settings, toy.out))
        read = offsets_sum(settings, toy)
        snapshots.append((before, read, len(committed(settings, toy.out))))
        return read == 2000

    with running(toy, worker(settings, batch_max=100)):
        eventually(look, timeout_s=LONG_S, every_s=0)
    assert all(before <= read <= after for before, read, after in snapshots), snapshots
    assert_exactly_once(settings, toy)


def test_an_aborted_batch_is_done_again_and_leaves_no_trace(
    settings: Settings, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits, stood = [], []

    def third_time_lucky(real: Any, timeout_s: float) -> None:
        commits.append(real)
        if len(commits) < 3:
            real.flush(10)
            stood.append(sum(ends_of(settings, toy.out).values()))
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "made up", False, False, True))
        real.commit_transaction(timeout_s)

    meddle(monkeypatch, "commit_transaction", third_time_lucky)
    feed(settings, toy.source, plain(100))
    with running(toy, worker(settings)):
        until_done(settings, toy)
    assert len(commits) >= 3
    assert len({id(real) for real in commits}) == 1  # one session: an abort alone does not end it
    assert 0 < stood[0] < stood[1]  # records of aborted transactions do stand on the topic
    assert len(committed(settings, toy.out)) == 100
    assert_exactly_once(settings, toy)


def test_a_commit_of_unknown_outcome_ends_the_session(
    settings: Settings, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction has committed, but its producer is not told."""
    commits = []

    def lose_the_answer(real: Any, timeout_s: float) -> None:
        commits.append(real)
        real.commit_transaction(timeout_s)
        if len(commits) == 1:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "made up"))

    meddle(monkeypatch, "commit_transaction", lose_the_answer)
    feed(settings, toy.source, plain(100))
    with running(toy, worker(settings)):
        eventually(lambda: commits, timeout_s=LONG_S)
        feed(settings, toy.source, plain(100))
        until_done(settings, toy)
    assert len({id(real) for real in commits}) == 2
    assert_exactly_once(settings, toy)


def test_a_call_that_never_returns_ends_the_session(
    settings: Settings, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """librdkafka can wait for a coordinator that was restarted, whatever its timeout says."""
    monkeypatch.setattr(writer, "SWEEP_S", 0.1)
    calls: list[Any] = []
    for_ever = threading.Event()

    def wait_for_ever(real: Any, *arguments: Any) -> None:
        calls.append(real)
        if len(calls) == 1:
            for_ever.wait(60)
        real.send_offsets_to_transaction(*arguments)

    meddle(monkeypatch, "send_offsets_to_transaction", wait_for_ever)
    feed(settings, toy.source, plain(100))
    with running(toy, worker(settings, transaction_timeout_ms=1000)):
        until_done(settings, toy)
        for_ever.set()  # what was left behind wakes up: it is fenced by now
        feed(settings, toy.source, plain(100))
        until_done(settings, toy)
    assert calls[0] is not calls[1]
    assert_exactly_once(settings, toy)


# -- records that lead to nothing ----------------------------------------------------------------------------------


def test_what_nobody_can_digest_is_set_aside_with_its_cause(settings: Settings, toy: Toy) -> None:
    feed(settings, toy.source, [*plain(50), ("k1", "poison"), *plain(50)], partition=1)
    with running(toy, worker(settings)):
        until_done(settings, toy)
    (letter,) = dead_letters(settings, toy)
    assert (letter.key(), letter.value()) == (b"k1", b"poison")
    assert header(letter, "place") == f"{toy.source}[1]@50"
    assert header(letter, "cause") == "ValueError: nobody can digest this"
    assert_exactly_once(settings, toy, dead=[(1, 50)])


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("large:1000001", "1000"),
        ("to:no-such-topic", "no-such-topic"),
    ],
)
def test_an_output_that_can_never_be_written_does_not_stop_the_stage(
    settings: Settings, toy: Toy, value: str, cause: str
) -> None:
    feed(settings, toy.source, [*plain(50), ("k1", value), ("k2", value), *plain(50)], partition=1)
    with running(toy, worker(settings)):
        until_done(settings, toy)
    letters = dead_letters(settings, toy)
    assert [header(letter, "place") for letter in letters] == [f"{toy.source}[1]@{offset}" for offset in (50, 51)]
    assert [letter.value() for letter in letters] == [value.encode()] * 2
    assert all(cause in header(letter, "cause") for letter in letters)
    assert_exactly_once(settings, toy, dead=[(1, 50), (1, 51)])


def test_a_record_too_large_to_be_set_aside_whole_is_cut(settings: Settings, toy: Toy) -> None:
    large = "poison" + "!" * 999_900  # what a producer may write, but not with the headers of a dead letter
    feed(settings, toy.source, [("k1", large), *plain(10)], partition=1)
    with running(toy, worker(settings)):
        until_done(settings, toy)
    (letter,) = dead_letters(settings, toy)
    assert large.encode().startswith(letter.value() or b"-")
    assert header(letter, "cut") == f"{len(large)} bytes, the whole record is at {toy.source}[1]@0"
    assert_exactly_once(settings, toy, dead=[(1, 0)])


def test_a_topic_that_is_made_while_the_stage_runs_is_written_to(settings: Settings, toy: Toy) -> None:
    other = Toy(settings)
    with running(toy, worker(settings)):
        feed(settings, toy.source, plain(10))
        until_done(settings, toy)
        later = Toy(settings)
        feed(settings, toy.source, [("k1", f"to:{later.out}"), ("k1", f"to:{other.out}")])
        until_done(settings, toy)
    assert len(committed(settings, later.out)) == 1
    assert dead_letters(settings, toy) == []


# -- state and sessions --------------------------------------------------------------------------------------------


def test_a_stage_goes_on_from_its_table(settings: Settings, toy: Toy) -> None:
    for _ in range(3):
        feed(settings, toy.source, plain(100))
        with running(toy, worker(settings)):
            until_done(settings, toy)
    assert_exactly_once(settings, toy)


def test_state_is_restored_past_an_open_transaction(settings: Settings, toy: Toy) -> None:
    """A dead producer's open transaction hides what was committed after it from a reader that stops too early."""
    dead = producer(settings, transactional_id=f"dead.{toy.name}", transaction_timeout_ms=60_000)
    dead.init_transactions(20)
    with running(toy, worker(settings)) as thread:
        eventually(lambda: holding(thread), timeout_s=LONG_S)
        dead.begin_transaction()
        dead.produce(toy.table, b"never committed", b"k1", 1)
        assert dead.flush(10) == 0
        feed(settings, toy.source, plain(200))
        until_done(settings, toy)
    feed(settings, toy.source, plain(200))
    with running(toy, worker(settings)) as thread:
        eventually(lambda: thread.state == "restoring", timeout_s=LONG_S)
        assert not done(settings, toy)
        dead.abort_transaction(10)
        until_done(settings, toy)
    assert_exactly_once(settings, toy)


def test_offsets_that_stay_open_end_the_session_not_the_stage(
    settings: Settings, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead worker's transaction holds the offsets back for longer than anybody waits for them."""
    monkeypatch.setattr(writer, "SWEEP_S", 0.1)
    dead = producer(settings, transactional_id=f"dead.{toy.name}", transaction_timeout_ms=60_000)
    dead.init_transactions(20)
    dead.begin_transaction()
    assert offsets_sum(settings, toy) == 0  # the group has its coordinator: librdkafka may wait for one for ever
    group = consumer(settings, f"liancheng.{toy.name}")
    dead.send_offsets_to_transaction([TopicPartition(toy.source, 1, 1)], group.consumer_group_metadata(), 10)
    group.close()
    feed(settings, toy.source, plain(100))
    with running(toy, worker(settings, transaction_timeout_ms=1000)) as thread:
        eventually(lambda: thread.session, timeout_s=LONG_S)
        first = thread.session
        eventually(lambda: thread.session not in (None, first), timeout_s=LONG_S)
        dead.abort_transaction(10)
        until_done(settings, toy)
    assert_exactly_once(settings, toy)


def test_stopping_commits_the_batch_in_hand(settings: Settings, toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when folding it takes longer than the engine waits between two looks at whether it should stop."""
    monkeypatch.setattr(engine, "AGENT_CHECK_S", 0.01)
    gate = Gate()
    feed(settings, toy.source, plain(100))
    with running(toy, worker(settings), gate) as thread:
        eventually(lambda: gate.batches, timeout_s=LONG_S)
        thread.stopping.set()
        thread.join(0.5)
        assert thread.state == "running"
        gate.open.set()
    assert offsets_sum(settings, toy) == len(gate.batches[0].work)
    assert len(committed(settings, toy.out)) == len(gate.batches[0].work)
    assert len(gate.batches) == 1


def test_stopping_does_not_wait_for_an_agent_that_is_gone(
    settings: Settings, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "AGENT_CHECK_S", 0.01)
    monkeypatch.setattr(engine, "LAST_FOLD_S", 0.1)
    handed: list[Batch] = []
    feed(settings, toy.source, plain(100))
    with running(toy, worker(settings), handed.append):
        eventually(lambda: handed, timeout_s=LONG_S)
    assert offsets_sum(settings, toy) == 0


# -- several workers -----------------------------------------------------------------------------------------------


def test_a_rebalance_in_the_middle_of_a_batch_neither_loses_nor_doubles(settings: Settings, toy: Toy) -> None:
    gate = Gate()
    feed(settings, toy.source, plain(2000))
    with running(toy, worker(settings, 1, batch_max=100), gate):
        eventually(lambda: gate.batches, timeout_s=LONG_S)
        with running(toy, worker(settings, 2, batch_max=100)) as second:
            eventually(lambda: members(settings, toy) == 2, timeout_s=LONG_S)
            gate.open.set()
            eventually(lambda: holding(second), timeout_s=LONG_S)
            feed(settings, toy.source, plain(2000))
            until_done(settings, toy)
        feed(settings, toy.source, plain(2000))
        until_done(settings, toy)
    assert_exactly_once(settings, toy)


def members(settings: Settings, stage: Toy) -> int:
    client = admin.require_broker(settings)
    group = f"liancheng.{stage.name}"
    return len(client.describe_consumer_groups([group])[group].result(10).members)


def test_units_whose_offsets_nobody_touched_are_kept(settings: Settings, toy: Toy) -> None:
    """When a worker joins, the others must not read again what they hold already."""
    feed(settings, toy.source, plain(400))
    with running(toy, worker(settings, 1)) as first:
        until_done(settings, toy)
        assert sorted(toy.opened) == [0, 1, 2, 3]
        with running(toy, worker(settings, 2)) as second:
            eventually(lambda: [len(holding(first)), len(holding(second))] == [2, 2], timeout_s=LONG_S)
            moved = holding(second)
            feed(settings, toy.source, plain(400))
            until_done(settings, toy)
    assert sorted(toy.opened) == sorted([0, 1, 2, 3, *moved])
    assert_exactly_once(settings, toy)


def test_two_workers_of_one_name_do_no_harm(settings: Settings, toy: Toy) -> None:
    """A mistake in the settings: each fences the other, over and over. Work goes on when one is gone."""
    with running(toy, worker(settings, 1, batch_max=50)) as older:
        feed(settings, toy.source, plain(500))
        until_done(settings, toy)
        first_session = older.session
        with running(toy, worker(settings, 1, batch_max=50)):
            feed(settings, toy.source, plain(500))
            eventually(lambda: older.session not in (None, first_session), timeout_s=LONG_S)
            feed(settings, toy.source, plain(500))
        feed(settings, toy.source, plain(500))
        until_done(settings, toy)
    assert_exactly_once(settings, toy)


def test_a_worker_that_lost_its_partitions_cannot_write(
    settings: Settings, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sat on a batch; another worked it off and was gone again when it went on."""
    gate = Gate()
    silent = lambda *a, **k: consumer(*a, **k | {"heartbeat_interval_ms": 2 * SESSION_TIMEOUT_MS})  # noqa: E731
    monkeypatch.setattr(engine, "consumer", silent)
    feed(settings, toy.source, plain(100))
    with running(toy, worker(settings, 1), gate) as sleeper:
        eventually(lambda: gate.batches, timeout_s=LONG_S)
        eventually(lambda: members(settings, toy) == 0, timeout_s=LONG_S, what="the sleeper is out of its group")
        monkeypatch.setattr(engine, "consumer", consumer)
        with running(toy, worker(settings, 2)):
            until_done(settings, toy)
        eventually(lambda: members(settings, toy) == 0, timeout_s=LONG_S, what="nobody is in the group")
        session = sleeper.session
        gate.open.set()
        eventually(lambda: sleeper.session not in (None, session), timeout_s=LONG_S)
        feed(settings, toy.source, plain(100))
        until_done(settings, toy)
    assert_exactly_once(settings, toy)


# -- the broker ----------------------------------------------------------------------------------------------------


def test_a_broker_that_dies_and_comes_back_is_all_a_stage_needs(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:
        settings = settings_of(broker, tmp_path)
        admin.ensure_shared_topics(settings)
        toy = Toy(settings)
        with running(toy, worker(settings, batch_max=20)):
            feed(settings, toy.source, plain(3000))
            eventually(lambda: offsets_sum(settings, toy) > 0, timeout_s=LONG_S, every_s=0)
            broker.kill()
            broker.start()
            broker.wait_ready()
            assert offsets_sum(settings, toy) < 3000  # it was in the middle of its work
            until_done(settings, toy)
        assert_exactly_once(settings, toy)
