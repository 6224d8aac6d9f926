"""What lies on the topics before a run, written by plain producers before the clock starts."""

import random
from collections.abc import Iterator

from bench import made_up
from liancheng import codec
from liancheng.intake import documents
from liancheng.records import topics
from liancheng.records.alerts import CustomerReference, Watch
from liancheng.records.events import Decision
from liancheng.settings import Settings
from stream_apps.calendar import Calendar
from transport import table_writer
from transport.admin import add_bank_topic, add_province, ensure_shared_topics
from transport.clients import producer
from transport.table_writer import TableRecord

BANKS = ("example-bank-a", "example-bank-b")  # each watches half of the companies, a quarter is watched by both
BY_KEY = -1


def make_topics(settings: Settings) -> None:
    """As `liancheng up`, `province add` and `bank add` make them; and today is on every partition."""
    ensure_shared_topics(settings)
    for province in made_up.PROVINCES:
        add_province(settings, province)
    for bank in BANKS:
        add_bank_topic(settings, bank)
    Calendar(producer(settings)).tick()


def fill(settings: Settings, events: int, companies: int) -> None:
    make_topics(settings)
    table_writer.write(settings, watches(companies))
    made = made_up.decisions(events, companies)
    table_writer.write(settings, (event(province, decision) for province, decision in made))


def event(province: str, decision: Decision) -> TableRecord:
    """A decision as an agency's producer writes it."""
    value = codec.encode(decision)
    key = documents.event_key(province, decision).encode()
    headers = codec.headers("decision", f"/agency/{province}".encode(), decision.reference or "")
    return TableRecord(topics.PENALTY_EVENTS.named(province), key, value, headers, BY_KEY)


def watches(companies: int) -> Iterator[TableRecord]:
    """Each bank watches half of the companies, chosen from a seed."""
    rng = random.Random(2)
    for number in range(companies):
        of = made_up.company(number)
        for bank in BANKS:
            if rng.random() < 0.5:
                yield watch(of, bank)


def watch(of: made_up.Company, bank: str) -> TableRecord:
    """A watch as a bank writes it: on its company's partition."""
    reference = CustomerReference(customer_ref=f"K{of.uscc[-8:]}")
    value = codec.encode(Watch(uscc=of.uscc, bank=bank, references=(reference,)))
    key, headers = f"{of.uscc}/{bank}", codec.headers("watch", f"/bank/{bank}".encode(), of.uscc)
    partition = codec.murmur2_partition(of.uscc.encode(), topics.WATCHLISTS.partitions)
    return TableRecord(topics.WATCHLISTS.name, key.encode(), value, headers, partition)
