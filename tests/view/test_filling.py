"""The view says what the list says, whatever dies, is flushed or comes twice on the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis
from confluent_kafka import KafkaError

from consumers.reading.sanction_list import read_list
from consumers.view import layout, metrics
from consumers.view.filler import Filler
from consumers.view.reader import View
from consumers.view.store import ChangedError, Store
from liancheng import codec
from liancheng.settings import Settings
from supervision.valkey import Valkey
from supervision.worker import view_filler
from tests.bank_material import uscc
from tests.eventually import eventually
from tests.view.material import (
    DAY,
    TOPIC,
    await_current,
    delete,
    entries,
    everything,
    generation,
    publish,
    publish_day,
)
from transport import admin
from transport.clients import producer


def test_it_holds_the_bytes_of_the_topic_and_follows(viewed: Settings) -> None:
    with Filler(viewed):
        await_current(viewed)
        listed = read_list(viewed)
        assert everything(viewed) == {key.encode(): codec.encode(one) for key, one in listed.entries.items()}
        with View(viewed) as view:
            assert view.position().complete_to == DAY
            publish(viewed, entries([700], "candidate", 1))
            delete(viewed, [1])
            seen = eventually(lambda: view.entry(uscc(700)), what="a new entry")
            assert seen.entry is None or seen.entry.level == "candidate"
            eventually(lambda: view.entry(uscc(700)).entry is not None and view.entry(uscc(1)).entry is None)
        await_current(viewed)
    publish(viewed, entries([1]))
    delete(viewed, [700])


def test_two_fillings_give_the_same_bytes(viewed: Settings) -> None:
    with Filler(viewed):
        await_current(viewed)
        first, before = everything(viewed), generation(viewed)
        with redis.Redis.from_url(viewed.redis_url) as client:
            client.unlink(layout.KEY)
        eventually(lambda: generation(viewed) not in (None, before), what="a new filling")
        await_current(viewed)
        assert everything(viewed) == first


def flush(viewed: Settings) -> None:
    with redis.Redis.from_url(viewed.redis_url) as client:
        client.flushall()


def restart(valkey: Valkey) -> None:
    valkey.kill()
    valkey.start()
    eventually(valkey.healthy, every_s=0.01)


@contextmanager
def at_execute(number: int, strike: Callable[[], None]) -> Iterator[list[int]]:
    """Strike once, when a filler has looked at the head for the `number`th time and is about to write."""
    real: Any = redis.client.Pipeline.execute
    count: list[int] = []

    def execute(pipe: Any, *arguments: Any, **named: Any) -> Any:
        if pipe.watching:
            count.append(1)
            if len(count) == number:
                strike()
        return real(pipe, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis.client.Pipeline, "execute", execute)
        yield count


@pytest.mark.parametrize("number", [1, 2, 9])
@pytest.mark.parametrize("how", ["flushed", "killed"])
def test_what_redis_loses_in_the_middle_of_a_write_is_filled_again(
    viewed: Settings, valkey: Valkey, how: str, number: int
) -> None:
    with at_execute(number, lambda: flush(viewed) if how == "flushed" else restart(valkey)) as count, Filler(viewed):
        eventually(lambda: len(count) > number, timeout_s=30)
        await_current(viewed)


@pytest.mark.parametrize("how", ["flushed", "killed"])
def test_what_redis_loses_while_nothing_happens_is_filled_again(viewed: Settings, valkey: Valkey, how: str) -> None:
    with Filler(viewed):
        await_current(viewed)
        before = generation(viewed)
        flush(viewed) if how == "flushed" else restart(valkey)
        eventually(lambda: generation(viewed) not in (None, before), timeout_s=30)
        await_current(viewed)


DIES = """
import os, signal, sys
from consumers.view import filler
from consumers.view.store import ChangedError, Store
from liancheng.settings import Settings
real, left = Store.write, [int(sys.argv[1])]
def write(store, *arguments):
    left[0] -= 1
    if not left[0] and sys.argv[2] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(store, *arguments)
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
Store.write = write
filler.run(Settings())
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 5])
def test_a_filler_that_was_killed_is_gone_on_from(viewed: Settings, number: int, when: str) -> None:
    environment = os.environ | {
        "LIANCHENG_BOOTSTRAP_SERVERS": viewed.bootstrap_servers,
        "LIANCHENG_REDIS_URL": viewed.redis_url,
        "LIANCHENG_VIEW_PORT": str(viewed.view_port),
        "LIANCHENG_BATCH_MAX": "20",
    }
    killed = subprocess.run([sys.executable, "-c", DIES, str(number), when], env=environment, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    before = generation(viewed)
    assert before
    assert len(everything(viewed)) < 500, "it was in the middle"
    with Filler(viewed):
        await_current(viewed)
    assert generation(viewed) == before


def test_killed_again_and_again_while_records_come(viewed: Settings, valkey: Valkey) -> None:
    filler = view_filler(viewed, LIANCHENG_BATCH_MAX="20")

    def reached() -> int:
        with View(viewed) as view:
            return sum(view.position().offsets)

    try:
        for round_ in range(6):
            filler.start()
            eventually(reached, timeout_s=30, what="a filling")
            before = reached()
            publish(viewed, entries(range(300, 600), "listed" if round_ % 2 else "penalised", 10 + round_))
            eventually(lambda was=before: reached() > was, timeout_s=30, every_s=0.002)  # type: ignore[misc]
            if round_ % 3 == 2:
                restart(valkey)
            filler.kill()
    finally:
        filler.kill()
    with Filler(viewed):
        await_current(viewed)


def test_two_fillers_at_once_do_each_other_no_harm(viewed: Settings) -> None:
    conflicts = metrics.CONFLICTS._value.get()
    with Filler(viewed) as one, Filler(viewed) as other:
        eventually(lambda: {filler.health()[1]["state"] for filler in (one, other)} == {"following"}, timeout_s=30)
        for round_ in range(5):
            publish(viewed, entries(range(100, 200), "candidate" if round_ % 2 else "penalised", round_ + 2))
        await_current(viewed)
        eventually(lambda: metrics.CONFLICTS._value.get() > conflicts, what="they meet")
        await_current(viewed)


def test_two_fillers_that_begin_together_make_one_view(viewed: Settings) -> None:
    with Filler(viewed), Filler(viewed), Filler(viewed):
        await_current(viewed)


def test_a_filler_behind_another_cannot_put_the_view_back(viewed: Settings) -> None:
    with Filler(viewed):
        await_current(viewed)
    with redis.Redis.from_url(viewed.redis_url) as client:
        raw: Any = client.hget(layout.KEY, layout.HEAD)
        head = layout.decode(raw)
        assert head
        older = codec.msgspec.structs.replace(head, parts=(layout.PartitionState(), *head.parts[1:]))
        client.hset(layout.KEY, "#", layout.encode(older))  # what a failover to a late replica does
    with Filler(viewed):
        await_current(viewed)


def test_an_open_transaction_keeps_the_view_from_being_called_current(viewed: Settings) -> None:
    (one,) = entries([800])
    writer = producer(viewed, transactional_id="test.view")
    writer.init_transactions(20)
    with Filler(viewed), View(viewed) as view:
        await_current(viewed)
        writer.begin_transaction()
        writer.produce(TOPIC.name, codec.encode(one), one.uscc)
        writer.flush(20)
        eventually(lambda: (view.position().age_s or 0) > 1.5, what="it grows old")
        assert view.entry(one.uscc).entry is None
        writer.commit_transaction(20)
        eventually(lambda: view.entry(one.uscc).entry == one)
        await_current(viewed)


def test_records_that_are_none_are_left_out_and_counted(viewed: Settings) -> None:
    before = metrics.UNDIGESTIBLE._value.get()
    client = producer(viewed)
    client.produce(TOPIC.name, b"{}", layout.HEAD, 0)
    client.produce(TOPIC.name, b"no day", b"day", 0)
    client.flush(20)
    with Filler(viewed), View(viewed) as view:
        eventually(lambda: view.check_fresh(5), timeout_s=30)
        assert view.position().complete_to == DAY
    assert metrics.UNDIGESTIBLE._value.get() == before + 2
    client.produce(TOPIC.name, None, layout.HEAD, 0)
    publish_day(viewed)
    client.flush(20)


def test_a_topic_that_was_made_anew_is_a_new_filling(viewed: Settings) -> None:
    cluster = admin.require_broker(viewed)

    def made_anew() -> bool:
        try:
            return TOPIC.name in admin.ensure_shared_topics(viewed)
        except Exception as error:
            assert error.__cause__.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS  # type: ignore[union-attr]
            return False

    with Filler(viewed):
        await_current(viewed)
        before = generation(viewed)
        cluster.delete_topics([TOPIC.name])[TOPIC.name].result(20)
        eventually(made_anew, timeout_s=30)
        publish(viewed, entries(range(5000, 5800)))  # more than the offsets that the view had reached
        eventually(lambda: generation(viewed) not in (None, before), timeout_s=30)
        await_current(viewed)
        assert len(everything(viewed)) == 800


def test_the_store_refuses_a_write_on_another_head(viewed: Settings) -> None:
    with redis.Redis.from_url(viewed.redis_url) as client:
        store = Store(client)
        head = store.begin(None, "topic", [5])
        again = store.begin(head, "topic", [5])
        assert again != head
        with pytest.raises(ChangedError):
            store.begin(head, "topic", [5])
        assert store.head() == again


def test_a_head_that_another_version_wrote_is_gone_on_from(viewed: Settings) -> None:
    with Filler(viewed):
        await_current(viewed)
    before = generation(viewed)
    with redis.Redis.from_url(viewed.redis_url) as client:
        raw: Any = client.hget(layout.KEY, layout.HEAD)
        client.hset(layout.KEY, layout.HEAD, raw[:-1] + b',"a_later_field": 1}')
    with Filler(viewed):
        await_current(viewed)
    assert generation(viewed) == before
