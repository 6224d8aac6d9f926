"""Runs the local broker, the workers, the view and the HTTP service, keeps them running, and leaves none behind."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from supervision import processes, state, valkey
from supervision.broker import Broker
from supervision.keeper import Keeper
from supervision.report import Report
from supervision.valkey import Valkey
from supervision.worker import Worker, api, view_filler, webhooks, worker

_START_S = 90.0
_STOP_S = 20.0  # a transaction that is being committed may take LIANCHENG_TRANSACTION_TIMEOUT_MS
_TRIES = 3  # a part that dies this often before everything has been up once will not recover by itself
_TICK_S = 0.2


class Stopped(KeyboardInterrupt):
    """A signal asked this process to stop."""


class Supervisor:
    """All parts of one home: broker and Valkey (unless they run elsewhere), workers, and what serves banks."""

    def __init__(
        self, settings: Settings, workers: int, report: Report, on_ready: Callable[[], object], *, view: bool = True
    ) -> None:
        self.home = settings.home.resolve()
        self.broker = None if elsewhere(settings) else local_broker(settings, report)
        self.settings = settings
        if self.broker:
            self.settings = settings.model_copy(update={"bootstrap_servers": self.broker.address})
        self.valkey = Valkey(self.home, settings.redis_port) if view and not valkey.elsewhere(settings) else None
        self.workers = [worker(self.settings, number) for number in range(1, workers + 1)]
        self.view = view_filler(self.settings) if view else None
        self.api = api(self.settings) if view else None
        self.webhooks = webhooks(self.settings) if view else None
        self._report = report
        self._on_ready = on_ready
        self._keepers: list[Keeper] = []
        self._ready = False

    def run(self) -> None:
        """Brings everything up, reports that, and keeps it up until a signal comes.

        Raises:
            WrongUseError: it already runs in this home, or a port is taken.
            UnavailableError: a part did not come up; everything is stopped again.
        """
        with state.claimed(self.home), _stopped_by_signals():
            try:
                self._come_up()
                while True:
                    time.sleep(_TICK_S)
                    self._tick()
            except Stopped:
                self._report("stopping")
            finally:
                _ignore_signals()
                self._stop()

    def _come_up(self) -> None:
        state.clear_leftovers(self.home)
        self._require_ports()
        self._write_state()
        if self.broker:
            self.broker.prepare()
            self._report("starting the broker")
            self._keep(self.broker)
            self.broker.wait_ready()
        if self.valkey:
            self._keep(self.valkey)
        self._make_topics()
        self._report(f"starting {len(self.workers)} worker{'s' if len(self.workers) > 1 else ''}")
        for process in self._processes():
            self._keep(process)
        self._wait_until_up()
        self._ready = True
        self._write_state()
        self._on_ready()

    def _require_ports(self) -> None:
        if self.broker:
            processes.require_port(self.broker.port, "LIANCHENG_BROKER_PORT", "broker")
            processes.require_port(self.broker.controller_port, "LIANCHENG_CONTROLLER_PORT", "broker's controller")
        if self.valkey:
            processes.require_port(self.valkey.port, "LIANCHENG_REDIS_PORT", "Valkey")
        for process in self.workers:
            processes.require_port(process.port, "LIANCHENG_WEB_PORT", process.name)
        if self.view:
            processes.require_port(self.view.port, "LIANCHENG_VIEW_PORT", "screening view")
        if self.api:
            processes.require_port(self.api.port, "LIANCHENG_API_PORT", "HTTP service")
        if self.webhooks:
            processes.require_port(self.webhooks.port, "LIANCHENG_WEBHOOKS_PORT", "sender of webhooks")

    def _processes(self) -> list[Worker]:
        return [*self.workers, *(part for part in (self.view, self.api, self.webhooks) if part)]

    def _make_topics(self) -> None:
        from transport.admin import add_province, ensure_shared_topics  # noqa: PLC0415 loads Kafka's client

        ensure_shared_topics(self.settings)
        for code in self.settings.provinces:
            add_province(self.settings, code)

    def _keep(self, part: Broker | Valkey | Worker) -> None:
        keeper = Keeper(part, self._report)
        self._keepers.append(keeper)
        keeper.start()
        self._write_state()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + _START_S
        while waiting := [keeper for keeper in self._keepers if not keeper.up]:
            for keeper in waiting:
                if keeper.hopeless(_TRIES):
                    raise UnavailableError(f"{keeper.part.name} ends as soon as it starts: {keeper.part.exit_report()}")
            if time.monotonic() > deadline:
                part = waiting[0].part
                raise UnavailableError(f"{part.name} was not ready within {_START_S:.0f} s: {part.exit_report()}")
            time.sleep(_TICK_S / 4)
            self._tick()

    def _tick(self) -> None:
        changed = [keeper.tick() for keeper in self._keepers]
        if any(changed):
            self._write_state()

    def _write_state(self) -> None:
        me = os.getpid()
        parts = tuple(keeper.snapshot() for keeper in self._keepers)
        servers = self.settings.bootstrap_servers
        state.write(self.home, state.Running(me, processes.birth(me), self._ready, servers, parts))

    def _stop(self) -> None:
        """Stops the workers first, all at once: they need the broker to commit what they have in hand."""
        for process in self._processes():
            process.request_stop()
        deadline = time.monotonic() + _STOP_S
        for process in self._processes():
            process.await_end(max(0.0, deadline - time.monotonic()))
        if self.valkey:
            self.valkey.stop()
        if self.broker:
            self.broker.stop()
        state.forget(self.home)


def elsewhere(settings: Settings) -> bool:
    """Whether the settings point to a cluster that is not the local broker."""
    local = {f"{host}:{settings.broker_port}" for host in ("127.0.0.1", "localhost")}
    return "bootstrap_servers" in settings.model_fields_set and settings.bootstrap_servers not in local


def local_broker(settings: Settings, report: Report) -> Broker:
    """Returns the broker of a home."""
    return Broker(settings.home, settings.broker_port, settings.controller_port, report, brief=settings.broker_brief)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal raise Stopped in the main thread, whatever it is doing.

    The handler only raises: waiting for a child in it would never end if the main thread waits for it too.
    """
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, _raise) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _ignore_signals() -> None:
    """Stopping takes a bounded time; a second Ctrl-C must not leave half of it undone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
