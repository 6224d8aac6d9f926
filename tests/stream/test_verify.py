"""`liancheng verify` on a real broker: nothing differs while events keep coming; what is planted is named."""

import json
import subprocess
from collections.abc import Iterator

import msgspec
import pytest

from cli.verify.cut import Cut
from consumers.reading.sanction_list import read_list
from liancheng import codec
from liancheng.records import topics
from liancheng.records.alerts import Alert, BankState, WatchState
from liancheng.records.entries import Entry
from liancheng.records.facts import Document, Receipt
from liancheng.settings import Settings
from stream_apps.stage import Record
from tests.chaos.region import Region
from tests.chaos.story import BANKS, PROVINCES
from tests.chaos.workers import Worker, Workers
from tests.command import liancheng
from transport.clients import producer

EVENTS, COMPANIES = 1_500, 60
ALL = "standardise,joint_list,alerting,dispatch,calendar"


@pytest.fixture(scope="module")
def region(fresh_cluster: Settings) -> Region:
    return Region(fresh_cluster, 11, EVENTS, COMPANIES)


@pytest.fixture(scope="module")
def worked_off(region: Region) -> Iterator[Region]:
    """All of the story is there, and no worker runs any more."""
    with Workers(Worker("verify-1", ALL, region.settings)):
        if not region.sent:
            region.feed.start()
            region.feed.finish()
        region.until_worked_off()
    yield region


def verify(region: Region, *words: str) -> "subprocess.CompletedProcess[str]":
    return liancheng("verify", *words, env={"LIANCHENG_BOOTSTRAP_SERVERS": region.settings.bootstrap_servers})


def lines(done: "subprocess.CompletedProcess[str]", type_: str) -> list[dict[str, str]]:
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in told if line["type"] == type_]


def test_nothing_differs_while_events_keep_coming(region: Region) -> None:
    with Workers(Worker("verify-1", ALL, region.settings)) as workers:
        workers.until_shared_by(*workers.all)
        region.feed.start()
        region.feed.allow(100)
        region.until_at_work("dispatch")
        while_at_work = 0
        for allowed in (500, 900, EVENTS):
            region.feed.allow(allowed)
            before = region.ends()
            done = verify(region, "--json")
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr
            while_at_work += region.ends() != before
        assert while_at_work
        region.feed.finish()
        region.until_worked_off()


def test_when_all_is_worked_off_nothing_is_in_flight(worked_off: Region) -> None:
    done = verify(worked_off, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = {line["topic"]: line for line in lines(done, "topic")}
    assert not any(line["in_flight"] or line["unchecked"] for line in found.values())
    for name in (topics.SANCTION_LIST.name, *(topics.RECEIPTS.named(province) for province in PROVINCES)):
        assert found[name]["checked"] == found[name]["records"] != 0
    (summary,) = lines(done, "summary")
    assert summary["list_digest"] == read_list(worked_off.settings).digest()


def test_eyes_see_the_same(worked_off: Region) -> None:
    done = verify(worked_off)
    assert done.returncode == 0, done.stderr
    assert f"list {read_list(worked_off.settings).digest()}" in done.stdout
    assert done.stdout.splitlines()[-1] == "no differences"


def newest(region: Region, topic: str, partitions: int, containing: bytes, but: bytes = b"-") -> Record:
    """Whose value contains these bytes, and whose key does not begin with those."""
    cut = Cut(region.settings)
    found = [
        record
        for partition in range(partitions)
        for record in cut.records(topic, partition)
        if record.value and containing in record.value and not (record.key or b"").startswith(but)
    ]
    cut.close()
    return found[-1]


def wrong(record: Record, type_: type[msgspec.Struct], **fields: object) -> Record:
    value = msgspec.json.decode(record.value or b"", type=type_)
    return record._replace(value=codec.encode(msgspec.structs.replace(value, **fields)))


def planted(region: Region) -> dict[str, tuple[Record, str, str]]:
    """A wrong record for each topic, the name of its difference, and whom it must name."""
    entry = newest(region, topics.SANCTION_LIST.name, 6, b'"type":"entry"')
    document = newest(region, topics.PENALTIES.name, 6, b'"type":"document"')
    receipt = newest(region, topics.RECEIPTS.named(PROVINCES[0]), 3, b"receipt")
    alert = newest(region, topics.ALERTS.name, 3, b"alert")
    told = msgspec.json.decode(alert.value or b"", type=Alert)
    state = newest(region, topics.ALERTING_STATE.name, 6, b'"told"', but=told.uscc.encode())
    of_bank = newest(region, topics.BANK_ALERTS.named(BANKS[0]), 1, b"alert")
    count = newest(region, topics.DISPATCH_STATE.name, 3, BANKS[0].encode())
    last = msgspec.json.decode(entry.value or b"", type=Entry)
    number = msgspec.json.decode(of_bank.value or b"", type=Alert).number
    plants = [
        (
            wrong(entry, Entry, sequence=last.sequence + 1, level="listed"),
            "entry from nowhere",
            f"{last.uscc} {last.sequence + 1}",
        ),
        (wrong(document, Document, authority="虚构的另一机关"), "penalty from nowhere", (document.key or b"").decode()),
        (receipt, "doubled receipt", msgspec.json.decode(receipt.value or b"", type=Receipt).key),
        (wrong(state, WatchState, told=None), "wrong state", (state.key or b"").decode()),
        (alert, "doubled alert", f"{told.uscc}/{told.bank}"),
        (wrong(of_bank, Alert, number=number + 5), "bank alert from nowhere", f"{BANKS[0]} {number + 5}"),
        (wrong(count, BankState, last_number=number + 9), "state from nowhere", f"{BANKS[0]} {number + 9}"),
    ]
    return {plant[0].topic: plant for plant in plants}


def test_a_wrong_record_on_each_topic_is_named(worked_off: Region) -> None:
    """Last, for the topics are spoiled after it."""
    plants = planted(worked_off)
    client = producer(worked_off.settings)
    for record, _, _ in plants.values():
        client.produce(record.topic, record.value, record.key, record.partition)
    assert client.flush(30) == 0
    done = verify(worked_off, "--json")
    assert done.returncode == 2, done.stdout + done.stderr
    found = lines(done, "difference")
    for topic, (_, name, subject) in plants.items():
        assert [one for one in found if (one["topic"], one["name"]) == (topic, name) and subject in one["subject"]], (
            topic,
            found,
        )
    shown = verify(worked_off)
    assert shown.returncode == 2
    assert plants[topics.SANCTION_LIST.name][2] in shown.stdout


def test_without_a_broker_it_says_so() -> None:
    done = liancheng("verify", env={"LIANCHENG_BOOTSTRAP_SERVERS": "127.0.0.1:1"})
    assert done.returncode == 1
    assert done.stderr.startswith("liancheng: error: no Kafka broker answers at 127.0.0.1:1")
