"""The bank SDK on a real broker: nothing missed, nothing handed over twice, whatever dies in between."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import count, islice

import pytest
from confluent_kafka import Producer, TopicPartition

from consumers.books.watchlist import WatchRow
from consumers.sdk import Bank, MissingAlertError
from liancheng import codec
from liancheng.errors import UnavailableError, UndigestibleError, WrongUseError
from liancheng.records import topics
from liancheng.records.alerts import CustomerReference, Watch
from liancheng.settings import Settings
from tests.bank_material import MADE_AT, alert, entry, uscc
from tests.eventually import eventually
from transport import admin
from transport.clients import consumer, producer
from transport.table_writer import TableRecord, write
from transport.tables import high_watermarks, read_until

_banks = (f"reading-{number}" for number in count(1))

Send = Callable[..., None]


@pytest.fixture
def bank(settings: Settings) -> str:
    """A bank of the test's own, with its topic."""
    admin.ensure_shared_topics(settings)
    id_ = next(_banks)
    admin.add_bank_topic(settings, id_)
    return id_


@pytest.fixture
def send(settings: Settings, bank: str) -> Send:
    """Puts alerts of these numbers on the bank's topic as dispatch does: one transaction, committed or aborted."""
    client: Producer = producer(settings, transactional_id=f"test.{bank}")
    client.init_transactions(20)

    def send(numbers: Iterable[int], commit: bool = True) -> None:
        client.begin_transaction()
        for number in numbers:
            made = alert(number, bank)
            client.produce(
                topics.BANK_ALERTS.named(bank),
                codec.encode(made),
                made.uscc,
                0,
                timestamp=int(MADE_AT.timestamp() * 1000) + number,
            )
        if commit:
            client.commit_transaction(20)
        else:
            client.flush(20)
            client.abort_transaction(20)

    return send


def numbers(bank: str, settings: Settings, from_number: int | None = None, reader: str = "default") -> list[int]:
    """The numbers of one whole run, each done."""
    found = []
    with Bank(bank, settings, reader) as subscriber:
        for one in subscriber.alerts(from_number):
            found.append(one.number)
            subscriber.done(one)
    return found


def test_an_alert_comes_as_it_was_made_with_the_time_of_its_record(settings: Settings, bank: str, send: Send) -> None:
    send([1])
    with Bank(bank, settings) as subscriber:
        (one,) = subscriber.alerts()
    assert one.made_at is not None
    assert (one.made_at - MADE_AT).total_seconds() == 0.001
    assert codec.encode(one) == codec.encode(alert(1, bank))[:-1] + b',"made_at":"2026-08-20T02:31:02.501000Z"}'


def test_the_next_run_resumes_after_what_was_done_and_each_reader_on_its_own(
    settings: Settings, bank: str, send: Send
) -> None:
    send(range(1, 8))
    with Bank(bank, settings) as subscriber:
        for one in islice(subscriber.alerts(), 5):
            if one.number <= 3:
                subscriber.done(one)
    assert numbers(bank, settings) == [4, 5, 6, 7]
    assert numbers(bank, settings) == []
    assert numbers(bank, settings, reader="archive") == [1, 2, 3, 4, 5, 6, 7]
    send([8])
    assert numbers(bank, settings) == [8]


def test_within_one_run_alerts_can_be_asked_for_again(settings: Settings, bank: str, send: Send) -> None:
    send(range(1, 5))
    with Bank(bank, settings) as subscriber:
        first = next(subscriber.alerts())
        subscriber.done(first)
        assert [one.number for one in subscriber.alerts()] == [2, 3, 4]


def test_an_alert_that_was_not_read_cannot_be_done(settings: Settings, bank: str, send: Send) -> None:
    send([1])
    with Bank(bank, settings) as subscriber:
        assert next(subscriber.alerts()).number == 1
        with pytest.raises(WrongUseError, match="alert 2 was not read yet"):
            subscriber.done(alert(2, bank))


def test_missing_numbers_are_named_and_nothing_behind_them_is_handed_over(
    settings: Settings, bank: str, send: Send
) -> None:
    send([1, 2, 5, 6])
    taken = []
    with Bank(bank, settings) as subscriber, pytest.raises(MissingAlertError, match="alerts 3 to 4 are missing"):
        for one in subscriber.alerts():
            taken.append(one.number)
            subscriber.done(one)
    assert taken == [1, 2]
    with pytest.raises(MissingAlertError, match="alerts 3 to 4 are missing"):
        numbers(bank, settings)
    assert numbers(bank, settings, from_number=5) == [5, 6]


def test_repeated_alerts_are_recognised_skipped_and_counted(
    settings: Settings, bank: str, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "liancheng.bank")
    send([1, 2, 3])
    send([2, 3, 4])
    with Bank(bank, settings) as subscriber:
        assert [one.number for one in subscriber.alerts()] == [1, 2, 3, 4]
        assert subscriber.repeated == 2
    assert "alert 3 came again" in caplog.text


def test_from_a_number_through_the_holes_of_aborted_transactions(settings: Settings, bank: str, send: Send) -> None:
    for first in range(1, 40, 4):
        send(range(first, first + 7), commit=False)
        send(range(first, first + 4))
    for wanted in range(1, 41):
        assert numbers(bank, settings, wanted, "looking")[:2] == [wanted, wanted + 1][: 41 - wanted]
    with pytest.raises(WrongUseError, match="no alert 41 yet, its last one is 40"):
        numbers(bank, settings, 41)
    with pytest.raises(WrongUseError, match="found alert number 0, expected 1 or more"):
        numbers(bank, settings, 0)


def test_what_is_done_after_from_is_what_is_remembered(settings: Settings, bank: str, send: Send) -> None:
    send(range(1, 11))
    assert numbers(bank, settings)[-1] == 10
    with Bank(bank, settings) as subscriber:
        subscriber.done(next(subscriber.alerts(from_number=5)))
    assert numbers(bank, settings) == [6, 7, 8, 9, 10]


def test_following_waits_for_a_number_that_is_not_there_yet(settings: Settings, bank: str, send: Send) -> None:
    send([1, 2])
    with Bank(bank, settings) as subscriber:
        coming = subscriber.alerts(from_number=2, follow=True)
        assert next(coming).number == 2
        send([3, 4, 5])
        assert [one.number for one in islice(coming, 3)] == [3, 4, 5]
    with Bank(bank, settings, "later") as subscriber:
        coming = subscriber.alerts(from_number=7, follow=True)
        send([6, 7])
        assert next(coming).number == 7


READER = """
import sys
from consumers.sdk import Bank
from liancheng.settings import Settings
with Bank(sys.argv[1], Settings(bootstrap_servers=sys.argv[2])) as bank:
    for alert in bank.alerts():
        print(f"{alert.number:>100}", flush=True)
        bank.done(alert)
"""


def test_a_reader_killed_at_work_misses_nothing(settings: Settings, bank: str, send: Send) -> None:
    """Its lines are long, so that the pipe is full long before it is through: the kill falls in the midst of it."""
    total = 6000
    for first in range(1, total, 1000):
        send(range(first, first + 1000))
    command = [sys.executable, "-c", READER, bank, settings.bootstrap_servers]
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert reader.stdout
    printed = [int(next(reader.stdout)) for _ in range(3000)]
    eventually(lambda: remembered(settings, bank) >= 2000, what="positions written down while it reads")
    reader.kill()
    printed += [int(line) for line in reader.stdout if line.endswith("\n")]
    assert reader.wait() == -9
    second = numbers(bank, settings)
    assert printed == list(range(1, len(printed) + 1))
    assert len(printed) < total
    assert second == list(range(second[0], total + 1))
    assert 2000 < second[0] <= printed[-1] + 1


def remembered(settings: Settings, bank: str, reader: str = "default") -> int:
    client = consumer(settings, f"{bank}.{reader}")
    place = client.committed([TopicPartition(topics.BANK_ALERTS.named(bank), 0)], timeout=10)[0]
    client.close()
    return int(place.metadata or 0)


def test_a_record_that_is_no_alert_stops_the_reader(settings: Settings, bank: str) -> None:
    write(settings, [TableRecord(topics.BANK_ALERTS.named(bank), b"k", b'{"number":"one"}', [], 0)])
    with pytest.raises(UndigestibleError, match=f"alerts.{bank}@0"):
        numbers(bank, settings)


def test_a_position_without_a_number_is_not_trusted(settings: Settings, bank: str, send: Send) -> None:
    send([1, 2])
    client = consumer(settings, f"{bank}.default")
    client.commit(offsets=[TopicPartition(topics.BANK_ALERTS.named(bank), 0, 1)], asynchronous=False)
    client.close()
    with pytest.raises(WrongUseError, match="carries no alert number"):
        numbers(bank, settings)
    assert numbers(bank, settings, from_number=2) == [2]
    assert numbers(bank, settings) == []


def test_a_position_behind_the_end_of_a_topic_made_anew_is_told(settings: Settings, bank: str, send: Send) -> None:
    send([1])
    client = consumer(settings, f"{bank}.default")
    client.commit(offsets=[TopicPartition(topics.BANK_ALERTS.named(bank), 0, 99, "98")], asynchronous=False)
    client.close()
    with pytest.raises(UnavailableError, match="ask the office"):
        numbers(bank, settings)


def test_an_unknown_bank_is_one_line(settings: Settings, bank: str) -> None:
    with pytest.raises(WrongUseError, match="unknown bank 'nobody'"):
        Bank("nobody", settings)


def test_the_book_of_watches(settings: Settings, bank: str) -> None:
    both = (CustomerReference(customer_ref="K-1"), CustomerReference(customer_ref="K-2", role="guarantor"))
    with Bank(bank, settings) as subscriber:
        wanted = [WatchRow(uscc(1), "K-2", "guarantor"), WatchRow(uscc(1), "K-1"), WatchRow(uscc(2), "K-3")]
        assert subscriber.watch(wanted).added == 2
        assert subscriber.book()[uscc(1)] == Watch(uscc=uscc(1), bank=bank, references=both)
        assert (subscriber.watch(wanted).writes, subscriber.watch([uscc(1)]).writes) == (0, 0)
        subscriber.unwatch([WatchRow(uscc(1), "K-1"), uscc(2)])
        assert subscriber.book() == {uscc(1): Watch(uscc=uscc(1), bank=bank, references=both[1:])}
        with pytest.raises(WrongUseError, match="uscc: found '91X'"):
            subscriber.watch([uscc(3), "91X"])
        assert set(subscriber.book()) == {uscc(1)}


def test_a_watch_lies_where_the_entry_of_its_company_lies(settings: Settings, bank: str) -> None:
    """A producer of ours chooses the partition of the entry by its key; alerting joins partition by partition."""
    with Bank(bank, settings) as subscriber:
        subscriber.watch([uscc(number) for number in range(30)])
    places: dict[str, int] = {}
    client = producer(settings)
    for number in range(30):
        client.produce(
            topics.SANCTION_LIST.name,
            codec.encode(entry(number)),
            uscc(number),
            on_delivery=lambda _, message: places.update({message.key().decode(): message.partition()}),
        )
    client.flush(10)
    ends = high_watermarks(settings, [(topics.WATCHLISTS.name, n) for n in range(topics.WATCHLISTS.partitions)])
    for message in (message for messages in read_until(settings, ends) for message in messages):
        subject, owner = message.key().decode().split("/")
        if owner == bank:
            assert message.partition() == places.pop(subject)
    assert places == {}


def test_the_entry_of_a_company_is_its_newest(settings: Settings, bank: str) -> None:
    subject = entry(77)
    client = producer(settings)
    for made in (subject, entry(77, "listed", sequence=2), entry(78)):
        client.produce(topics.SANCTION_LIST.name, codec.encode(made), made.uscc)
    client.flush(10)
    with Bank(bank, settings) as subscriber:
        found = subscriber.entry(subject.uscc.lower())
        assert found == entry(77, "listed", sequence=2)
        assert subscriber.entry(uscc(79)) is None
