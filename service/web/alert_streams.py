"""Streams of a bank's alerts as Server-Sent Events (WHATWG HTML)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import orjson
from fastapi import Request
from fastapi.responses import StreamingResponse
from prometheus_client import Counter as CounterMetric
from prometheus_client import Gauge
from starlette.types import Receive, Scope, Send

from consumers.delivery.cursor import Cursor
from consumers.reading.alert_records import AlertRecord
from liancheng.errors import LianchengError
from liancheng.settings import Settings
from service.engines.bank_alerts import BankAlerts
from service.engines.callers import Caller, Callers
from service.web.problems import Problem, problem_of

KEEP_ALIVE_S = 15.0  # proxies cut a connection that is silent for a minute
PAGE_WAIT_S = 1.0  # how soon a stream notices that its key has ended
RETRY_MS = 2000
NUMBER_MAX = 2**53 - 1  # what every JSON reader keeps exactly
_PAGE_MAX, _PAGE_BYTES = 256, 2**18

OPEN = Gauge("liancheng_api_streams", "Streams of alerts that are open.")
ENDED = CounterMetric(
    "liancheng_api_streams_ended", "Streams that the service ended, by reason. slow: the listener did not keep up.",
    ("why",),
)  # fmt: skip


class AlertStreams:
    """All streams of the process: how many each bank has. `stopping`: set it to end all streams and long polls."""

    def __init__(self, settings: Settings, callers: Callers, alerts: BankAlerts) -> None:
        self.stopping = asyncio.Event()
        self._limit = settings.api_streams_per_bank
        self._lag_max = settings.api_stream_behind_max
        self._callers = callers
        self._alerts = alerts
        self._open: Counter[str] = Counter()

    def open(self, caller: Caller, first: int) -> "StreamAnswer":
        """Returns a stream of the caller's alerts from a number on. Raises Problem: too-many-streams."""
        return StreamAnswer(self, caller.bank, self._events(caller, self._alerts.cursor(caller.bank, first)))

    def take(self, bank: str) -> None:
        if self._open[bank] >= self._limit:
            detail = f"this bank already has {self._limit} open streams"
            raise Problem("too-many-streams", detail, retry_after_s=5, limit=self._limit)
        self._open[bank] += 1
        OPEN.inc()

    def give_back(self, bank: str) -> None:
        self._open[bank] -= 1
        OPEN.dec()

    async def _events(self, caller: Caller, cursor: Cursor) -> AsyncIterator[bytes]:
        """Yields events as the listener takes them. One page at most is kept for it, so a slow listener costs nobody
        anything; one that has caught up once and then falls far behind is disconnected."""
        yield b"retry: %d\n: from %d\n\n" % (RETRY_MS, cursor.next)
        silent_s = 0.0
        while not (end := await self._end(caller, cursor)):
            try:
                records = await cursor.page(_PAGE_MAX, _PAGE_BYTES, PAGE_WAIT_S)
            except LianchengError as error:
                end = problem_of(error).slug, str(error)
                break
            silent_s = 0.0 if records else silent_s + PAGE_WAIT_S
            if records:
                yield b"".join(map(event, records))
            elif silent_s >= KEEP_ALIVE_S:
                silent_s = 0.0
                yield b": alive\n\n"
        why, detail = end
        ENDED.labels(why).inc()
        yield b"event: end\ndata: %b\n\n" % orjson.dumps({"why": why, "detail": detail, "next": cursor.next})

    async def _end(self, caller: Caller, cursor: Cursor) -> tuple[str, str] | None:
        """Returns why the stream ends now, in a word and in a sentence; None: it does not."""
        if self.stopping.is_set():
            return "stopping", "the service is stopping: connect again"
        if not self._callers.still_valid(caller):
            return "key-ended", "this key has ended"
        lag = await cursor.behind() if cursor.live else 0
        if lag > self._lag_max:
            return "slow", f"{lag:,} alerts wait for this listener: connect again, they are kept"
        return None


class StreamAnswer(StreamingResponse):
    """Counts as open from its making until its listener has gone."""

    def __init__(self, streams: AlertStreams, bank: str, events: AsyncIterator[bytes]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, headers=headers, media_type="text/event-stream")
        self._streams, self._bank = streams, bank
        streams.take(bank)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.give_back(self._bank)


def first_number(request: Request, otherwise: int) -> int:
    """Returns the number after the event that an EventSource saw last. Raises Problem: bad-request."""
    last = request.headers.get("last-event-id", "")
    if not last:
        return otherwise
    if not (last.isascii() and last.isdecimal() and int(last[:17]) < NUMBER_MAX):
        raise Problem("bad-request", "Last-Event-ID: expected the number of the last alert received, such as 120")
    return int(last) + 1


def event(record: AlertRecord) -> bytes:
    """JSON holds no line break, so one `data` line is enough, and no text of an alert can begin a field."""
    return b"id: %d\nevent: alert\ndata: %b\n\n" % (record.number, record.json)
