"""The process that sends webhooks: one task per webhook, started and cancelled as banks set and delete them."""

import asyncio
import logging
import signal
from collections import Counter
from typing import get_args

from consumers.delivery.cursor import AlertSource
from consumers.webhooks import metrics
from consumers.webhooks.endpoint import Endpoint, Shared
from consumers.webhooks.live_webhooks import LiveWebhooks
from consumers.webhooks.poster import Poster
from consumers.webhooks.recorder import Recorder
from liancheng.records.webhooks import Health, Webhook
from liancheng.settings import Settings
from transport import health_server

log = logging.getLogger("liancheng.webhooks")

_TICK_S = 0.5


class Sender:
    """Keeps an endpoint running for each webhook. Run only one: two would send everything twice."""

    def __init__(self, settings: Settings) -> None:
        self.ready = False
        self.stopping = asyncio.Event()
        self._changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._settings = settings
        self._live = LiveWebhooks(settings, lambda: loop.call_soon_threadsafe(self._changed.set))
        self._forgotten: set[str] = set()
        self._known: set[str] = set()
        self._running: dict[str, tuple[Endpoint, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Runs until `stopping` is set. What was accepted is recorded before this returns."""
        self._alerts, self._poster = AlertSource(self._settings), Poster(self._settings)
        self._recorder = Recorder(self._settings)
        self._shared = Shared(self._alerts, self._poster, self._recorder.put, self._settings)
        self._live.start()
        try:
            while not self.stopping.is_set():
                if self._live.caught_up:
                    self._reconcile()
                    await self._close_deleted()
                    self.ready = True
                await self._wait(_TICK_S)
        finally:
            await self._end()

    def stop(self) -> None:
        """Ends `run` soon. May be called from a signal handler."""
        self.stopping.set()
        self._changed.set()

    def health(self) -> tuple[bool, dict[str, object]]:
        return self.ready, {"webhooks": len(self._running)}

    def _reconcile(self) -> None:
        hooks = self._live.hooks
        for key, (endpoint, task) in list(self._running.items()):
            if task.done() and not task.cancelled() and (error := task.exception()):
                log.error("webhook %s failed, starting again", key, exc_info=error)
                del self._running[key]
            elif hooks.get(key) != endpoint.hook:
                task.cancel()
                del self._running[key]
        for key in self._live.states.keys() - hooks.keys() - self._forgotten:
            self._recorder.forget(key)
        self._forgotten = self._live.states.keys() - hooks.keys()
        for key, hook in hooks.items():
            if key not in self._running:
                self._running[key] = self._started(hook)
        counted = Counter(endpoint.state.health for endpoint, _ in self._running.values())
        for health in get_args(Health):
            metrics.ENDPOINTS.labels(health).set(counted[health])

    def _started(self, hook: Webhook) -> tuple[Endpoint, asyncio.Task[None]]:
        endpoint = Endpoint(hook, self._live.state(hook), self._shared)
        return endpoint, asyncio.create_task(endpoint.run(), name=hook.key)

    async def _close_deleted(self) -> None:
        """Closes the connections of deleted webhooks. Those that were only set again keep theirs."""
        for key in self._known - self._live.hooks.keys():
            await self._poster.forget(key)
        self._known = set(self._live.hooks)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return
        self._changed.clear()

    async def _end(self) -> None:
        for _, task in self._running.values():
            task.cancel()
        await asyncio.gather(*(task for _, task in self._running.values()), return_exceptions=True)
        await asyncio.to_thread(self._recorder.stop)
        await self._poster.close()
        self._live.stop()
        self._alerts.stop()


def run(settings: Settings) -> None:
    """Sends webhooks in this process until a signal comes.

    Raises:
        WrongUseError: the port of /metrics and /health is taken, or the key of the secrets cannot be read.
    """
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    sender = Sender(settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, sender.stop)
    server = health_server.serve(settings.web_host, settings.webhooks_port, "LIANCHENG_WEBHOOKS_PORT", sender.health)
    try:
        await sender.run()
    finally:
        server.shutdown()
