"""From an agency's publish to the bank's read of the alert, at a steady rate, beside a relay of as many hops."""

import random
import threading
import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import NamedTuple

import msgspec
from confluent_kafka import Message, TopicPartition

from bench import machine, made_up, relay
from bench.fill import BANKS, event, make_topics, watch
from bench.inputs import await_processed
from bench.lab import Lab, await_health, module, worker
from liancheng.errors import UnavailableError
from liancheng.records import topics
from liancheng.settings import Settings
from supervision.processes import Child
from transport import table_writer
from transport.clients import consumer, producer
from transport.tables import high_watermarks

RATE = 100  # events a second: two hundred times what the whole region publishes in an office hour's second
WARM_S = 5
BROKER_WARM_S = 80  # until its compilers are done, at four transactions an event
BANK = BANKS[0]
ALERTS = topics.BANK_ALERTS.named(BANK)


class Event(NamedTuple):
    """What is published, and how its arrival is recognised."""

    topic: str
    key: bytes
    value: bytes
    mark: bytes


class Run(NamedTuple):
    p50_ms: float
    p99_ms: float
    max_ms: float
    events: int
    load: float


class LatencyResult(NamedTuple):
    rate: int
    relay: list[Run]
    worker: list[Run]

    @property
    def p50_ms(self) -> float:
        return median(run.p50_ms for run in self.worker)

    @property
    def p99_ms(self) -> float:
        return median(run.p99_ms for run in self.worker)

    @property
    def relay_p50_ms(self) -> float:
        return median(run.p50_ms for run in self.relay)

    @property
    def relay_p99_ms(self) -> float:
        return median(run.p99_ms for run in self.relay)

    @property
    def p50_ratio(self) -> float:
        return median(mine.p50_ms / bare.p50_ms for mine, bare in zip(self.worker, self.relay, strict=True))

    @property
    def p99_ratio(self) -> float:
        return median(mine.p99_ms / bare.p99_ms for mine, bare in zip(self.worker, self.relay, strict=True))


def measure(lab: Lab, seconds: int, rounds: int) -> LatencyResult:
    """One broker, warmed as in its days; in each round the worker with all its stages, then the relay."""
    each, warm = (seconds + WARM_S) * RATE, BROKER_WARM_S * RATE
    with lab.broker("latency", brief=False) as settings:
        make_topics(settings)
        relay.make_topics(settings)
        table_writer.write(settings, [watch(made_up.company(number), BANK) for number in range(warm + each * rounds)])
        _worker(settings, [event_of(company) for company in range(warm)])
        relays, workers = [], []
        for first in range(warm, warm + each * rounds, each):
            sent = events(first, seconds)
            workers.append(_worker(settings, sent))
            relays.append(relay_run(settings, sent))
            print(f"  latency {len(relays)}: worker {workers[-1].p50_ms:.1f} / {workers[-1].p99_ms:.1f} ms, "
                  f"relay {relays[-1].p50_ms:.1f} / {relays[-1].p99_ms:.1f} ms", flush=True)  # fmt: skip
    lab.drop("latency")
    return LatencyResult(RATE, relays, workers)


def event_of(number: int) -> Event:
    """A watched company's first penalty, so that each event leads to one alert."""
    of = made_up.company(number)
    made = event(of.province, made_up.decision(of, number, random.Random(number), made_up.ENTRY_ACT))
    return Event(made.topic, made.key, made.value or b"", of.uscc.encode())


def _worker(settings: Settings, events: list[Event]) -> Run:
    with worker(settings, settings.stages) as process:
        await_health(settings, process)
        await_processed(settings, "alerting", process)
        return _run(settings, process, events, ALERTS, _uscc)


def events(first: int, seconds: int) -> list[Event]:
    """The events that warm a process up, then those of so many seconds, of the companies from number `first` on."""
    return [event_of(company) for company in range(first, first + (seconds + WARM_S) * RATE)]


def relay_run(settings: Settings, events: list[Event]) -> Run:
    """Measures the bare relay; its topics exist."""
    with module(settings, "bench.relay") as process:
        passed = [Event(relay.FIRST, made.mark, made.value, made.mark) for made in events]
        return _run(settings, process, passed, relay.LAST, lambda message: message.key() or b"")


def _uscc(message: Message) -> bytes:
    uscc: str = msgspec.json.decode(message.value() or b"")["uscc"]
    return uscc.encode()


def _run(settings: Settings, process: Child, events: list[Event], read: str, mark: Callable[[Message], bytes]) -> Run:
    sent: dict[bytes, float] = {}
    reader = consumer(settings, "bench.reader")
    ((place, end),) = high_watermarks(settings, [(read, 0)]).items()
    reader.assign([TopicPartition(*place, end)])
    publisher = threading.Thread(target=publish, args=(settings, events, sent), daemon=True)
    publisher.start()
    came: dict[bytes, float] = {}
    last = time.perf_counter()
    while len(came) < len(events):
        message = reader.poll(0.1)
        now = time.perf_counter()
        if message is not None and not message.error():
            came.setdefault(mark(message), now)
            last = now
        elif now - last > 60 or process.pid is None:
            raise UnavailableError(f"{len(came)} of {len(events)} came to {read}, then nothing for a minute")
    publisher.join()
    reader.close()
    warm = {made.mark for made in events[: WARM_S * RATE]}
    took = [(came[key] - at) * 1000 for key, at in sent.items() if key not in warm]
    cut = quantiles(took, n=100)
    return Run(cut[49], cut[98], max(took), len(took), machine.load())


def publish(settings: Settings, events: list[Event], sent: dict[bytes, float]) -> None:
    """At a steady rate, with the same producer settings as an agency's."""
    client = producer(settings)
    started = time.perf_counter()
    for number, (topic, key, value, mark) in enumerate(events):
        time.sleep(max(started + number / RATE - time.perf_counter(), 0))
        sent[mark] = time.perf_counter()
        client.produce(topic, value, key)
        client.poll(0)
    client.flush(30)
