"""One listener's stream of events (WHATWG HTML, Server-sent events)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import orjson
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from consumers.delivery.cursor import Cursor
from consumers.reading.alert_records import AlertRecord
from liancheng.errors import LianchengError
from service.web.auth import Caller, still_known
from service.web.listeners import ENDED
from service.web.problems import of
from service.web.services import Services

ALIVE_S = 15.0  # proxies cut what is silent for a minute
LOOK_S = 1.0  # how soon a key that was ended ends its streams
RETRY_MS = 2000
_CHUNK = 256
_CHUNK_BYTES = 2**18


class StreamAnswer(StreamingResponse):
    """Counts as open until its listener has gone."""

    def __init__(self, here: Services, who: Caller, cursor: Cursor) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(Stream(here, who, cursor).events(), headers=headers, media_type="text/event-stream")
        here.listeners.take(who.bank, here.settings.api_streams_per_bank)
        self._give_back = partial(here.listeners.give_back, who.bank)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._give_back()


class Stream:
    """Turns what a cursor gives into events. A listener pulls: nothing is kept for it beyond one chunk, so a slow one
    costs nobody anything; one that falls far behind, when it had caught up already, is told so and let go."""

    def __init__(self, here: Services, who: Caller, cursor: Cursor) -> None:
        self._here, self._who, self._cursor = here, who, cursor

    async def events(self) -> AsyncIterator[bytes]:
        yield b"retry: %d\n: from %d\n\n" % (RETRY_MS, self._cursor.next)
        silent_s = 0.0
        while not (why := await self._why_end()):
            try:
                records = await self._cursor.page(_CHUNK, _CHUNK_BYTES, LOOK_S)
            except LianchengError as error:
                yield self._end(of(error).slug, str(error))
                return
            silent_s = 0.0 if records else silent_s + LOOK_S
            if records:
                yield b"".join(map(event, records))
            elif silent_s >= ALIVE_S:
                silent_s = 0.0
                yield b": alive\n\n"
        yield self._end(*why)

    async def _why_end(self) -> tuple[str, str] | None:
        if self._here.listeners.stopping.is_set():
            return "stopping", "the service is being stopped: come again"
        if not still_known(self._here.register.banks, self._who, datetime.now(UTC)):
            return "key-ended", "this key has ended"
        behind = await self._cursor.behind() if self._cursor.live else 0
        if behind > self._here.settings.api_stream_behind_max:
            return "slow", f"{behind:,} alerts wait for this listener: come again, they are kept"
        return None

    def _end(self, why: str, detail: str) -> bytes:
        """The last event: why, and the number from which to go on."""
        ENDED.labels(why).inc()
        told = orjson.dumps({"why": why, "detail": detail, "next": self._cursor.next})
        return b"event: end\ndata: " + told + b"\n\n"


def event(record: AlertRecord) -> bytes:
    """JSON holds no line's end, so one `data` line is enough, and no text of an alert can begin a field."""
    return b"id: %d\nevent: alert\ndata: %b\n\n" % (record.number, record.json)
