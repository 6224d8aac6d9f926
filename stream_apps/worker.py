"""The Faust app of a worker, made from settings: the stages that LIANCHENG_STAGES names, /metrics and /health.

Faust provides agents, channels, timers and the web server. Its own Kafka clients are off (docs/decisions/001): each
stage's engine thread reads and writes Kafka, and passes whole batches to the stage's agent over a channel.
"""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from typing import Any

import faust
from faust.app.base import BootStrategy
from faust.sensors.prometheus import setup_prometheus_sensors
from mode import Service

from liancheng.errors import WrongUseError
from liancheng.settings import Settings
from stream_apps.alerting import Alerting
from stream_apps.batch import Batch
from stream_apps.calendar import Calendar
from stream_apps.dispatch import Dispatch
from stream_apps.engine import StageThread
from stream_apps.joint_list import JointList
from stream_apps.stage import Stage
from stream_apps.standardise import Standardise
from transport import logs
from transport.clients import producer

log = logging.getLogger("liancheng.app")

STAGES: dict[str, type[Stage]] = {stage.name: stage for stage in (Standardise, JointList, Alerting, Dispatch)}
CALENDAR = "calendar"


class WithoutKafka(BootStrategy):
    enable_kafka = False


class Worker(faust.App):
    BootStrategy = WithoutKafka


def chosen(settings: Settings) -> tuple[str, ...]:
    """Returns the names of the stages that this worker runs. Raises WrongUseError if a name is unknown."""
    names = settings.stage_names()
    known = (*STAGES, CALENDAR)
    if unknown := [name for name in names if name not in known]:
        raise WrongUseError(f"LIANCHENG_STAGES: unknown stage {unknown[0]!r}, expected some of: {', '.join(known)}")
    return names


def collect_garbage_rarely() -> None:
    """Folding makes tens of objects an event and no cycles: by default (700), collecting them took a third of the time.

    Objects that are loaded by now are excluded from every collection.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 50, 50)


def make_app(settings: Settings) -> faust.App:
    datadir = settings.home.absolute() / "faust" / settings.worker_id
    datadir.mkdir(parents=True, exist_ok=True)
    app = Worker(
        "liancheng",
        broker="kafka://off",
        datadir=str(datadir),
        web_bind=settings.web_host,
        web_host=settings.web_host,
        web_port=settings.web_port,
        stream_wait_empty=False,
        logging_config=logs.config(settings),
    )
    setup_prometheus_sensors(app)
    stages = [_add_stage(app, STAGES[name](), settings) for name in chosen(settings) if name in STAGES]
    if CALENDAR in chosen(settings):
        _add_calendar(app, settings)
    _add_health(app, stages)
    collect_garbage_rarely()
    return app


class StageService(Service):
    """Runs the engine thread of a stage next to its agent."""

    def __init__(self, stage: Stage, settings: Settings, channel: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stage = stage
        self.settings = settings
        self.channel = channel
        self.thread: StageThread | None = None

    @property
    def state_of_stage(self) -> str:
        return self.thread.state if self.thread else "starting"

    async def on_start(self) -> None:
        loop = asyncio.get_running_loop()

        def hand_over(batch: Batch) -> None:
            asyncio.run_coroutine_threadsafe(self.channel.put(batch), loop)

        self.thread = StageThread(self.stage, self.settings, hand_over)
        self.thread.start()

    async def on_stop(self) -> None:
        """Commits the current batch first: its agent still runs, since services stop in reverse order."""
        if self.thread:
            await asyncio.get_running_loop().run_in_executor(None, self.thread.stop)


def _add_stage(app: faust.App, stage: Stage, settings: Settings) -> StageService:
    channel = app.channel()

    async def fold(batches: AsyncIterator[Batch]) -> None:
        async for batch in batches:
            batch.fold()

    app.agent(channel, name=stage.name)(fold)  # type: ignore[arg-type]
    service = StageService(stage, settings, channel, loop=app.loop, beacon=app.beacon)
    app.service(service)  # type: ignore[arg-type]
    return service


def _add_calendar(app: faust.App, settings: Settings) -> None:
    made: list[Calendar] = []

    @app.timer(interval=1.0, on_leader=False)  # type: ignore[untyped-decorator]
    async def calendar() -> None:
        """A new day is at most a second late."""
        if not made:
            made.append(Calendar(producer(settings)))
        await asyncio.get_running_loop().run_in_executor(None, made[0].tick)


def _add_health(app: faust.App, stages: list[StageService]) -> None:
    @app.page("/health")
    async def health(view: Any, request: Any) -> Any:
        """200 if every stage of this worker has its partitions and their state, otherwise 503."""
        states = {service.stage.name: service.state_of_stage for service in stages}
        ready = all(state == "running" for state in states.values())
        return view.json({"ready": ready, "stages": states}, status=200 if ready else 503)

    @app.task  # type: ignore[untyped-decorator]
    async def let_channels_flow() -> None:
        """Resumes flow control, which agents on channels wait for: Faust's own consumer would do it."""
        app.flow_control.resume()
