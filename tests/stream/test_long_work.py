"""A day on which many subjects are due is worked off in parts, each its own transaction, whatever stops in between."""

import threading
from collections import Counter
from datetime import date

import pytest

from liancheng import codec
from liancheng.records import topics
from liancheng.records.entries import Entry, ListDay, ListRecord
from liancheng.records.facts import Document, NewDay
from liancheng.settings import Settings
from stream_apps import joint_list
from stream_apps.batch import Batch
from stream_apps.joint_list import JointList
from tests.eventually import eventually
from tests.stream.toy import committed, running, worker
from tests.unit.makers import decision, send, uscc
from transport import admin
from transport.clients import producer

SUBJECTS = 40
TOPIC, TABLE = topics.PENALTIES, topics.SANCTION_LIST
FAR = date(2040, 1, 1)


def publish(settings: Settings) -> None:
    """A document of each company, then a day on which all of them have expired, then one more document."""
    client = producer(settings)
    for number in range(SUBJECTS):
        ((key, document),) = send(decision(uscc=uscc(number), document_no=f"沪虚环罚〔2024〕{number}号")).penalties
        assert isinstance(document, Document)
        client.produce(TOPIC.name, codec.encode(document), key)
    for partition in range(TOPIC.partitions):
        client.produce(TOPIC.name, codec.encode(NewDay(day=FAR)), topics.NEW_DAY_KEY, partition)
    ((key, document),) = send(decision(uscc=uscc(0), document_no="沪虚环罚〔2024〕999号")).penalties
    client.produce(TOPIC.name, codec.encode(document), key)
    assert client.flush(30) == 0


def records(settings: Settings) -> list[Entry | ListDay]:
    decode = codec.decoder(ListRecord).decode
    return [decode(message.value() or b"") for message in committed(settings, TABLE.name, TABLE.partitions)]


def days(settings: Settings) -> set[date]:
    return {record.day for record in records(settings) if isinstance(record, ListDay)}


def test_long_work_goes_on_where_a_stopped_worker_left_it(
    fresh_cluster: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joint_list, "STEP", 2)
    admin.ensure_shared_topics(fresh_cluster)
    publish(fresh_cluster)
    parts = threading.Event()
    seen: Counter[bool] = Counter()

    def stop_in_the_middle(batch: Batch) -> None:
        batch.fold()
        seen[batch.preparing] += 1
        if seen[True] == 4:
            parts.set()

    with running(JointList(), worker(fresh_cluster), stop_in_the_middle) as first:
        assert parts.wait(60)
        first.stopping.set()
    cleared = [record for record in records(fresh_cluster) if isinstance(record, Entry) and record.level == "clear"]
    assert 0 < len(cleared) < SUBJECTS and len(days(fresh_cluster)) <= 1  # it stopped in the middle
    with running(JointList(), worker(fresh_cluster)):
        everything = 2 * SUBJECTS + 1 + TOPIC.partitions
        eventually(lambda: len(records(fresh_cluster)) == everything, timeout_s=60)
    last = {}
    for record in records(fresh_cluster):
        if isinstance(record, Entry):
            assert record.sequence == (last[record.uscc].sequence if record.uscc in last else 0) + 1
            last[record.uscc] = record
    assert Counter(entry.level for entry in last.values()) == {"clear": SUBJECTS}
    assert days(fresh_cluster) == {FAR}
