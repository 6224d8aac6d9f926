"""From an agency's publish to a bank's having the alert by SSE and by webhook: a hundred banks, at a steady rate."""

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from statistics import quantiles
from typing import NamedTuple

import httpx
import msgspec

from bench import machine, made_up
from bench.fill import make_topics, watch
from bench.inputs import await_processed
from bench.lab import REPOSITORY, Lab, await_health, eventually, worker
from bench.latency import RATE, event_of, publish
from consumers.reading import keys
from consumers.webhooks import webhook_table
from consumers.webhooks.secrets import Secrets
from liancheng import codec
from liancheng.errors import UnavailableError
from liancheng.records import topics
from liancheng.records.alerts import Bank
from liancheng.settings import Settings
from supervision.ports import free_ports
from supervision.worker import Worker, api, webhooks
from transport import admin, table_writer

BANKS = [f"bank-{number:03}" for number in range(100)]
BOOK = 10_000  # watches of each bank
WARM_S = 20  # of a broker and of processes that are seconds old; not counted
QUIET_S = 60


class ChannelResult(NamedTuple):
    """Milliseconds. `made_…`: from the alert's record alone, without the four stages before it."""

    channel: str
    p50_ms: float
    p99_ms: float
    made_p50_ms: float
    made_p99_ms: float
    alerts: int
    load: float


class _AlertTime(msgspec.Struct):
    uscc: str
    made_at: datetime


class _Arrivals:
    """When each company's alert came, on one channel."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.came: dict[bytes, tuple[float, float]] = {}  # by USCC: when, and seconds since the alert was made
        self._decode = msgspec.json.Decoder(_AlertTime).decode

    def take(self, raw: bytes) -> None:
        now, at = time.perf_counter(), time.time()
        head = self._decode(raw)
        self.came.setdefault(head.uscc.encode(), (now, at - head.made_at.timestamp()))

    def result(self, sent: dict[bytes, float], counted: Iterable[bytes]) -> ChannelResult:
        marks = list(counted)
        whole = quantiles([(self.came[mark][0] - sent[mark]) * 1000 for mark in marks], n=100)
        channel = quantiles([self.came[mark][1] * 1000 for mark in marks], n=100)
        return ChannelResult(self.channel, whole[49], whole[98], channel[49], channel[98], len(marks), machine.load())


def measure(lab: Lab, seconds: int) -> list[ChannelResult]:
    """Each company is watched by one bank, each bank has a whole book of watches and listens on both channels."""
    count = (WARM_S + seconds) * RATE
    with lab.broker("channels", brief=False) as broker:
        (api_port, hooks_port, receiver_port) = free_ports(3)
        settings = broker.model_copy(
            update={"api_port": api_port, "webhooks_port": hooks_port, "api_url": f"http://127.0.0.1:{api_port}"}
        )
        make_topics(settings)
        bearers = _registered(settings)
        _hooked(settings, receiver_port)
        watched = range(max(count, BOOK * len(BANKS)))
        table_writer.write(settings, (watch(made_up.company(number), BANKS[number % len(BANKS)]) for number in watched))
        with worker(settings, settings.stages) as process, _serving(settings, receiver_port):
            await_health(settings, process)
            await_processed(settings, "alerting", process)
            results = asyncio.run(_run(settings, bearers, receiver_port, count))
    lab.drop("channels")
    for found in results:
        print(f"  channels {found.channel}: {found.p50_ms:.1f} / {found.p99_ms:.1f} ms", flush=True)
    return results


def _registered(settings: Settings) -> list[str]:
    """All banks on the register; their keys."""
    now, found = datetime.now(UTC), []
    records = []
    for bank in BANKS:
        admin.add_bank_topic(settings, bank)
        text, key = keys.new(bank, keys.SCOPES, now)
        found.append(text)
        value = codec.encode(Bank(id=bank, name=bank, keys=(key,)))
        records.append(table_writer.TableRecord(topics.BANKS.name, bank.encode(), value, [], 0))
    table_writer.write(settings, records)
    return found


def _hooked(settings: Settings, port: int) -> None:
    allowing = settings.model_copy(
        update={"webhook_allow_http": True, "webhook_allow_private": True, "webhook_ports": str(port)}
    )
    secrets, now = Secrets(settings), datetime.now(UTC)
    for bank in BANKS:
        webhook_table.put(
            settings,
            webhook_table.new_webhook(allowing, secrets, (bank, "bench"), f"http://127.0.0.1:{port}/{bank}", now),
        )


@contextmanager
def _serving(settings: Settings, port: int) -> Iterator[None]:
    own = {"PYTHONPATH": str(REPOSITORY)}
    allowing = {
        "LIANCHENG_WEBHOOK_ALLOW_HTTP": "true",
        "LIANCHENG_WEBHOOK_ALLOW_PRIVATE": "true",
        "LIANCHENG_WEBHOOK_PORTS": str(port),
    }
    parts: list[Worker] = [api(settings, **own), webhooks(settings, **own, **allowing)]
    for part in parts:
        part.start()
    try:
        for part in parts:
            eventually(part.healthy, part, 60, f"the health of {part.name}")
        yield
    finally:
        for part in parts:
            part.kill()


async def _run(settings: Settings, bearers: list[str], port: int, count: int) -> list[ChannelResult]:
    events = [event_of(number) for number in range(count)]
    streams, posts = _Arrivals("SSE"), _Arrivals("webhook")
    async with AsyncExitStack() as stack:
        receiver = await asyncio.start_server(lambda reader, writer: _receive(posts, reader, writer), "127.0.0.1", port)
        await stack.enter_async_context(receiver)
        listening = [asyncio.create_task(_listen(settings, bearer, streams)) for bearer in bearers]
        sent: dict[bytes, float] = {}
        publisher = threading.Thread(target=publish, args=(settings, events, sent), daemon=True)
        publisher.start()
        await _all_came((streams, posts), count, listening)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    counted = [event.mark for event in events[WARM_S * RATE :]]
    return [arrivals.result(sent, counted) for arrivals in (streams, posts)]


async def _all_came(channels: Iterable[_Arrivals], count: int, listening: list["asyncio.Task[None]"]) -> None:
    last, since = 0, time.perf_counter()
    while (came := sum(len(channel.came) for channel in channels)) < 2 * count:
        if came > last:
            last, since = came, time.perf_counter()
        if time.perf_counter() - since > QUIET_S or any(task.done() for task in listening):
            raise UnavailableError(f"{came} of {2 * count} alerts came, then nothing for a minute, or a stream ended")
        await asyncio.sleep(0.1)


async def _listen(settings: Settings, bearer: str, arrivals: _Arrivals) -> None:
    headers = {"Authorization": f"Bearer {bearer}"}
    async with (
        httpx.AsyncClient(base_url=settings.api_url, headers=headers, timeout=QUIET_S) as client,
        client.stream("GET", "/v1/alerts/stream") as answer,
    ):
        answer.raise_for_status()
        rest = b""
        async for part in answer.aiter_raw():
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                if line.startswith(b"data: "):
                    arrivals.take(line[6:])


async def _receive(arrivals: _Arrivals, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers each post with 204 and records when it came."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            arrivals.take(await reader.readexactly(int(length.partition(b":")[2])))
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        writer.close()
