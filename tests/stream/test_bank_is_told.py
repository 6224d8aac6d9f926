"""What alerting and dispatch make of a bank's watches, read back by the bank."""

from collections.abc import Iterator
from contextlib import contextmanager

from consumers.reading import register
from consumers.sdk import Bank
from liancheng import codec
from liancheng.records import topics
from liancheng.records.entries import Entry
from liancheng.settings import Settings
from stream_apps.alerting import Alerting
from stream_apps.dispatch import Dispatch
from stream_apps.stage import Output, Record, Unit
from tests.bank_material import MADE_AT, entry, uscc
from transport import admin
from transport.clients import producer
from transport.tables import high_watermarks, read_until

BANK = "told-bank"
PARTITIONS = range(topics.SANCTION_LIST.partitions)


class Stages:
    """alerting and dispatch without an engine: each call folds and commits, what comes out goes to the topics."""

    def __init__(self, settings: Settings) -> None:
        self.alerting = {n: Alerting().open([(topics.SANCTION_LIST.name, n)]) for n in PARTITIONS}
        self.dispatch = Dispatch().open([(topics.ALERTS.name, 0)])
        self.client = producer(settings, transactional_id="test.told")
        self.client.init_transactions(20)

    def take(self, topic: str, partition: int, key: bytes, value: bytes | None) -> None:
        alerts = folded(self.alerting[partition], Record(topic, partition, 0, 0, key, value))
        self.client.begin_transaction()
        for alert in alerts:
            if alert.topic == topics.ALERTS.name:
                for out in folded(self.dispatch, Record(alert.topic, 0, 0, 0, alert.key, alert.value)):
                    self.client.produce(out.topic, out.value, out.key, out.partition, headers=[*out.headers])
        self.client.commit_transaction(20)

    def entry(self, made: Entry) -> None:
        key = made.uscc.encode()
        partition = codec.murmur2_partition(key, topics.SANCTION_LIST.partitions)
        self.take(topics.SANCTION_LIST.name, partition, key, codec.encode(made))


def folded(unit: Unit, record: Record) -> list[Output]:
    out: list[Output] = []
    unit.fold(record, MADE_AT, out)
    unit.commit()
    return out


@contextmanager
def watching(settings: Settings, stages: Stages) -> Iterator[Bank]:
    """A bank whose watches, written inside, have reached alerting when it leaves."""
    places = [(topics.WATCHLISTS.name, n) for n in PARTITIONS]
    before = high_watermarks(settings, places)
    with Bank(BANK, settings) as bank:
        yield bank
    for messages in read_until(settings, high_watermarks(settings, places)):
        for message in messages:
            if message.offset() >= before[topics.WATCHLISTS.name, message.partition()]:
                stages.take(topics.WATCHLISTS.name, message.partition(), message.key(), message.value())


def test_watches_lead_to_numbered_alerts_and_ended_watches_to_none(settings: Settings) -> None:
    admin.ensure_shared_topics(settings)
    register.add_bank(settings, BANK)
    stages = Stages(settings)
    stages.entry(entry(901, "listed"))
    with watching(settings, stages) as bank:
        bank.watch([uscc(901), uscc(902)])
    stages.entry(entry(902, "candidate"))
    stages.entry(entry(903, "listed"))
    with watching(settings, stages) as bank:
        bank.unwatch([uscc(902)])
    stages.entry(entry(902, "listed", sequence=2, before="candidate"))
    stages.entry(entry(901, "clear", sequence=2, before="listed"))
    with Bank(BANK, settings) as bank:
        told = [(one.number, one.kind, one.uscc, one.level_after) for one in bank.alerts()]
    assert told[0] == (1, "current", uscc(901), "listed")
    assert [(number, subject, level) for number, _, subject, level in told[1:]] == [
        (2, uscc(902), "candidate"),
        (3, uscc(901), "clear"),
    ]
