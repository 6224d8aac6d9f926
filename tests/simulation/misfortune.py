"""What strikes the workers, the clock and the log in a life: each kind at its own rate, at random moments."""

from datetime import timedelta
from typing import TYPE_CHECKING

from liancheng.records import topics
from stream_apps.stage import Place
from tests.simulation.processes import SESSION_S, STAGES, Process, Worker

if TYPE_CHECKING:
    from tests.simulation.world import World

STRIKES = ("crash", "freeze", "replaced", "stop", "helper", "clock_jump", "day", "compaction")
REPLACED_AFTER_S = 0.5  # by a supervisor that notices the death of a worker


class Misfortune(Process):
    def __init__(self, world: "World") -> None:
        super().__init__(world, "misfortune")
        self.rng = world.rng
        self.over = False
        self._kept = ["worker-1", "worker-2"]  # those that a supervisor keeps running

    def begin(self) -> None:  # type: ignore[override]
        super().begin("supervisor", self._supervise)
        for strike in STRIKES:
            if rate := getattr(self.world.faults, strike):
                super().begin(strike, lambda strike=strike, rate=rate: self._go_on(strike, rate))

    def end(self) -> None:
        """No more strikes; who is frozen wakes up, who is doubled goes, and all clocks are right."""
        self.over = True
        self.world.days += 1
        for worker in self.world.workers:
            worker.skew = timedelta()
            worker.wake()
        for name in self._kept:
            for former in [one for one in self._living() if one.name == name][:-1]:
                former.kill()

    def _go_on(self, strike: str, rate: float) -> None:
        while True:
            self.pause(self.rng.expovariate(rate))
            if self.over:
                return
            getattr(self, f"_{strike}")()

    def _living(self) -> list[Worker]:
        return [worker for worker in self.world.workers if worker.alive and not worker.over]

    def _any(self) -> Worker | None:
        well = [worker for worker in self._living() if worker.silent_since is None]
        return self.rng.choice(well) if well else None

    def _supervise(self) -> None:
        while True:
            self.pause(REPLACED_AFTER_S * (0.5 + self.rng.random()))
            names = {worker.name: None for worker in self._living()}
            for name in self._kept:
                if name not in names:
                    self.world.start_worker(name)

    # -- strikes -------------------------------------------------------------------------------------------------------

    def _crash(self) -> None:
        if worker := self._any():
            worker.kill()

    def _freeze(self) -> None:
        if worker := self._any():
            worker.freeze(self.rng.expovariate(1 / SESSION_S))

    def _replaced(self) -> None:
        """Its supervisor takes it for dead and starts another; it wakes up, and is killed in the end."""
        if (worker := self._any()) and worker.name in self._kept:
            worker.freeze(2 * self.rng.random() * SESSION_S)
            self.pause(self.rng.random() * SESSION_S)
            if not self.over:
                self.world.start_worker(worker.name)
                self.world.later(2 * self.rng.random() * SESSION_S, worker.kill)

    def _stop(self) -> None:
        if worker := self._any():
            worker.stop()

    def _helper(self) -> None:
        helper = self.world.start_worker(f"helper-{len(self.world.workers)}")
        self.pause(self.rng.expovariate(1 / SESSION_S))
        helper.stop()

    def _clock_jump(self) -> None:
        if worker := self._any():
            worker.skew = timedelta(days=self.rng.choice((-40, -1, 0, 0, 1, 3)), seconds=self.rng.uniform(-60, 60))
            self.world.say(worker.name, f"has a clock that is wrong by {worker.skew}")

    def _day(self) -> None:
        self.world.days += self.rng.choice((1, 1, 2, 30, 100, 400))
        self.world.say("world", f"it is {self.world.instant():%Y-%m-%d}")

    def _compaction(self) -> None:
        """Of all tables, as far as everybody has read them."""
        ends: dict[Place, int] = {}
        for stage in STAGES:
            offsets = self.world.log.group(f"liancheng.{stage}").offsets
            for place in self.world.inputs(stage):
                ends[place] = min(ends.get(place, 2**60), offsets.get(place, 0))
        for topic in topics.REGISTRY:
            for name, partitions in self.world.log.topics.items():
                if name.startswith(topic.prefix) and topic.compacted:
                    for number, partition in enumerate(partitions):
                        partition.compact(ends.get((name, number), partition.last_stable))
