"""Processes that can be killed, frozen and woken up; a worker runs the real engine, stage by stage, and a calendar."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from liancheng.days import day_of
from liancheng.settings import Settings
from stream_apps.alerting import Alerting
from stream_apps.calendar import Calendar
from stream_apps.dispatch import Dispatch
from stream_apps.engine import StageThread
from stream_apps.joint_list import JointList
from stream_apps.standardise import Standardise
from tests.simulation.actors import Actor, Crashed
from tests.simulation.memory_consumer import MemoryConsumer
from tests.simulation.memory_producer import MemoryProducer

if TYPE_CHECKING:
    from tests.simulation.world import World

STAGES = {stage.name: stage for stage in (Standardise(), JointList(), Alerting(), Dispatch())}
START = datetime(2026, 9, 1, 2, tzinfo=UTC)
SETTINGS = Settings(session_timeout_ms=2000, transaction_timeout_ms=3000)
SESSION_S = SETTINGS.session_timeout_ms / 1000
TICK_S = 1.0


class Process:
    """What clients live in (`groups.Host`). `skew`: how wrong its clock is."""

    def __init__(self, world: "World", name: str) -> None:
        self.world = world
        self.name = name
        self.actors: list[Actor] = []
        self.skew = timedelta()
        self.silent_since: float | None = None
        self.alive = True

    def begin(self, what: str, act: Callable[[], None]) -> None:
        actor = self.world.theatre.enter(f"{self.name}.{what}", act)
        self.actors.append(actor)
        self.world.process_of[actor] = self

    # -- as clients see it ---------------------------------------------------------------------------------------------

    def pause(self, seconds: float = 0.0) -> None:
        if self.alive and (seconds or self.world.chance("yields")):
            self.world.theatre.pause(seconds)
        if not self.alive:
            raise Crashed

    def clock(self) -> datetime:
        return self.world.instant() + self.skew

    def clock_ms(self) -> int:
        """For the records it writes. Days pass within moments here, but no record waits a week for its reader."""
        return int((START.timestamp() + self.world.theatre.now) * 1000)

    def fate(self, point: str) -> str:
        return getattr(self, f"_fate_of_{point}")()  # type: ignore[no-any-return]

    def _fate_of_produce(self) -> str:
        return self._one_of("lost", "answer_lost")

    def _fate_of_send(self) -> str:
        return self._one_of("sent_later")

    def _fate_of_rejoin(self) -> str:
        return self._frozen_if("frozen_between")

    def _fate_of_commit(self) -> str:
        if self.world.chance("crash_before_commit"):
            self._crash()
        self._frozen_if("frozen_before_commit")
        return self._one_of("aborted", "timed_out_before", "timed_out_after", "unknown_outcome")

    def _fate_of_commit_again(self) -> str:
        """librdkafka goes on with what it has asked the broker: that cannot be aborted any more."""
        return self._one_of("timed_out_after", "unknown_outcome")

    def _fate_of_committed(self) -> str:
        if self.world.chance("crash_after_commit"):
            self._crash()
        return ""

    def _one_of(self, *faults: str) -> str:
        return next((fault for fault in faults if self.world.chance(fault)), "")

    def _frozen_if(self, fault: str) -> str:
        if self.world.chance(fault):
            self.freeze(self.world.rng.expovariate(1 / SESSION_S))
            self.pause(0.001)  # until it wakes up
        return ""

    def _crash(self) -> None:
        self.kill()
        raise Crashed

    # -- what happens to it --------------------------------------------------------------------------------------------

    def kill(self) -> None:
        if self.alive:
            self.alive = False
            self.silent_since = self.world.theatre.now if self.silent_since is None else self.silent_since
            for actor in self.actors:
                self.world.theatre.doom(actor)
            self.world.say(self.name, "is killed")

    def freeze(self, seconds: float) -> None:
        self.silent_since = self.world.theatre.now
        self._set_frozen(True)
        self.world.say(self.name, f"is frozen for {seconds:.1f} s")
        self.world.later(seconds, self.wake)

    def wake(self) -> None:
        if self.alive and self.silent_since is not None:
            self.silent_since = None
            self._set_frozen(False)
            self.world.say(self.name, "wakes up")

    def _set_frozen(self, frozen: bool) -> None:
        for actor in self.actors:
            actor.frozen = frozen


class Stopping:
    """An event whose waiting lets the others act."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._set = False

    def set(self) -> None:
        self._set = True

    def is_set(self) -> bool:
        return self._set

    def wait(self, seconds: float) -> None:
        self._process.pause(seconds)


class Worker(Process):
    """All stages of one worker, run by the engine as it is, on clients of the log in memory."""

    def __init__(self, world: "World", name: str) -> None:
        super().__init__(world, name)
        self.stopping = Stopping(self)
        settings = SETTINGS.model_copy(update={"worker_id": name, "batch_max": world.rng.choice((1, 2, 5, 20))})
        for stage in STAGES.values():
            thread = StageThread(stage, settings, self._hand_over)
            thread.stopping = self.stopping  # type: ignore[assignment]
            self.begin(stage.name, thread.run)
        self.begin("calendar", self._keep_calendar)
        world.say(name, "starts")

    @property
    def over(self) -> bool:
        return all(actor.over for actor in self.actors)

    def stop(self) -> None:
        """In an orderly way: batches in hand are finished."""
        self.stopping.set()
        self.world.say(self.name, "is asked to stop")

    def _hand_over(self, batch: Any) -> None:
        self.pause()
        self.world.say_batch(self, batch)
        batch.fold()
        self.pause()

    def _keep_calendar(self) -> None:
        calendar = Calendar(self.producer(), lambda: day_of(self.clock()))  # type: ignore[arg-type]
        while not self.stopping.is_set():
            if calendar.tick():
                self.world.say(f"{self.name}.calendar", f"has written the day {calendar.written}")
            self.pause(TICK_S)

    def producer(self, **more: Any) -> MemoryProducer:
        return MemoryProducer(self.world.log, self, **more)

    def consumer(self, group: str, **more: Any) -> MemoryConsumer:
        return MemoryConsumer(self.world.log, self, group, **more)
