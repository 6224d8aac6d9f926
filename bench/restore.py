"""How long a stage needs from process start until it works, and how much memory, with a large list to restore."""

import random
import re
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from confluent_kafka import TopicPartition

from bench import fill, machine, made_up
from bench.fill import BANKS, make_topics
from bench.inputs import ends
from bench.lab import Lab, await_health, worker
from liancheng import codec
from liancheng.errors import UnavailableError
from liancheng.intake import documents
from liancheng.joint_list import fold
from liancheng.joint_list.standard_judge import current_judge
from liancheng.records import topics
from liancheng.records.alerts import CustomerReference, Told, Watch, WatchState
from liancheng.records.entries import Entry
from liancheng.settings import Settings
from transport import table_writer
from transport.clients import consumer
from transport.table_writer import TableRecord

STAGES = ("joint_list", "alerting")
CASES_EACH = (1, 1, 1, 2, 3)  # documents of a subject, in turn
AT = datetime(2026, 11, 1, tzinfo=UTC)


class RestoreResult(NamedTuple):
    """`seconds` from process start to health, of which `reading_s` restoring. `empty_mb`: the worker with nothing."""

    stage: str
    seconds: float
    reading_s: float
    memory_mb: float
    peak_mb: float
    load: float
    subjects: int = 0
    entry_bytes: float = 0
    empty_mb: float = 0


def measure(lab: Lab, sizes: list[int]) -> list[RestoreResult]:
    with lab.broker("empty") as settings:
        make_topics(settings)
        empty = {stage: _start(settings, stage).memory_mb for stage in STAGES}
    results = []
    for subjects in sizes:
        with lab.broker("restore") as settings:
            make_topics(settings)
            entry_bytes = _fill(settings, subjects)
            for stage in STAGES:
                found = _start(settings, stage)
                results.append(found._replace(subjects=subjects, entry_bytes=entry_bytes, empty_mb=empty[stage]))
                print(f"  {stage} {subjects:,}: {found.seconds:.1f} s, {found.memory_mb:.0f} MB", flush=True)
        lab.drop("restore")
    return results


def _start(settings: Settings, stage: str) -> RestoreResult:
    started = time.perf_counter()
    with worker(settings, stage) as process:
        await_health(settings, process)
        seconds = time.perf_counter() - started
        memory, peak = machine.memory_mb(process.pid or 0)
        reading = _reading_s(settings)
    return RestoreResult(stage, seconds, reading, memory, peak, machine.load())


def _reading_s(settings: Settings) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{settings.web_port}/metrics", timeout=10) as answer:
        found = re.search(r"^liancheng_stage_restore_seconds\{.*\} (\S+)", answer.read().decode(), re.MULTILINE)
    if found is None:
        raise UnavailableError("the worker's /metrics do not say how long restoring took")
    return float(found[1])


def _fill(settings: Settings, subjects: int) -> float:
    """A list of that many subjects, half of them watched, all of it worked off by alerting; the mean entry's bytes."""
    sizes: list[int] = []
    table_writer.write(settings, entries(subjects, sizes))
    table_writer.write(settings, _states(subjects))
    _commit(settings)
    return sum(sizes) / len(sizes)


def entries(subjects: int, sizes: list[int]) -> Iterator[TableRecord]:
    """Entries made by the fold for a few companies, with other names and codes of the same length put in."""
    models = [_model(number, count) for number, count in enumerate(CASES_EACH)]
    for number in range(subjects):
        of, (sample, raw) = made_up.company(number), models[number % len(models)]
        value = raw.replace(sample.uscc.encode(), of.uscc.encode()).replace(sample.name.encode(), of.name.encode())
        sizes.append(len(value))
        headers = codec.headers("entry", b"/joint_list", f"{of.uscc}/1")
        yield TableRecord(topics.SANCTION_LIST.name, of.uscc.encode(), value, headers, -1)


def _model(number: int, count: int) -> tuple[made_up.Company, bytes]:
    of, rng = made_up.company(number), random.Random(number)
    entry: Entry | None = None
    rules = current_judge()
    for document in range(count):
        event = fill.event(of.province, made_up.decision(of, document + 1, rng))
        place = documents.EventPosition(of.province, event.key.decode(), 0, document, AT)
        ((_, penalty),) = documents.fold(None, event.value, place, AT).penalties
        entry = fold.fold(entry, of.uscc, penalty, AT.date(), rules) or entry
    return of, codec.encode(entry)


def _states(subjects: int) -> Iterator[TableRecord]:
    for number in range(0, subjects, 2):
        of = made_up.company(number)
        partition = codec.murmur2_partition(of.uscc.encode(), topics.ALERTING_STATE.partitions)
        for bank in BANKS:
            watch = Watch(uscc=of.uscc, bank=bank, references=(CustomerReference(customer_ref=f"K{number}"),))
            told = Told(alert_id=f"{of.uscc}/1/{bank}", sequence=1, level="penalised")
            value = codec.encode(WatchState(watch=watch, told=told))
            headers = codec.headers("watch_state", b"/alerting", f"{of.uscc}/{bank}/1")
            yield TableRecord(topics.ALERTING_STATE.name, f"{of.uscc}/{bank}".encode(), value, headers, partition)


def _commit(settings: Settings) -> None:
    """Say that alerting has read the list: then it restores the entries instead of folding them."""
    places = [(topics.SANCTION_LIST.name, partition) for partition in range(topics.SANCTION_LIST.partitions)]
    client = consumer(settings, "liancheng.alerting")
    offsets = [TopicPartition(*place, end) for place, end in ends(settings, places).items()]
    client.commit(offsets=offsets, asynchronous=False)
    client.close()
