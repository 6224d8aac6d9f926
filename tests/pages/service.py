"""The service in this process, with a stream of alerts that the test feeds: the contract of /v1/alerts/stream."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from fastapi import Request
from starlette.responses import StreamingResponse

from liancheng import codec
from liancheng.records.alerts import Alert
from liancheng.settings import Settings
from service.app import create_app
from service.pages.bank.alerts import newest
from tests.eventually import eventually
from tests.service.serving import client


class Alerts:
    """What the stream holds. `cut` ends every stream that is open, as a restart would."""

    def __init__(self) -> None:
        self.all: list[Alert] = []
        self.asked_after: list[str | None] = []
        self._cuts = 0

    def cut(self) -> None:
        self._cuts += 1

    async def open(self, request: Request) -> StreamingResponse:
        after = request.headers.get("last-event-id")
        self.asked_after.append(after)
        return StreamingResponse(self._events(int(after or 0)), media_type="text/event-stream")

    async def _events(self, after: int) -> AsyncIterator[bytes]:
        yield b"retry: 100\n: from %d\n\n" % (after + 1)
        cuts = self._cuts
        while cuts == self._cuts:
            for alert in [one for one in self.all if one.number > after]:
                yield b"id: %d\nevent: alert\ndata: %b\n\n" % (alert.number, codec.encode(alert))
                after = alert.number
            yield b": alive\n\n"
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.05)


@contextmanager
def serving(settings: Settings, alerts: Alerts | None) -> Iterator[None]:
    """`alerts` None: those of the bank's own topic."""
    app = create_app(settings)
    if alerts:
        app.dependency_overrides[newest] = alerts.open
    config = uvicorn.Config(
        app, settings.api_host, settings.api_port, log_config=None, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        with client(settings, None) as asked:
            eventually(lambda: asked.get("/health").json()["names"]["ready"], 30, what="names are indexed")
        yield
    finally:
        if alerts:
            alerts.cut()
        server.should_exit = True
        thread.join(15)
