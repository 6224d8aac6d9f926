"""Every stage is killed, again and again, at any moment: no event is lost, none counts twice."""

import random
import time

import pytest

from liancheng.settings import Settings
from tests.chaos.region import INPUTS, Region
from tests.chaos.workers import Worker, Workers

EVENTS_PER_KILL = 5000
COMPANIES = 15_000
WORK_S = 0.3  # a worker is killed within this time after it has begun to write, mostly soon,
IDLE_S = 3.0  # or, one time in five, within this time after its start: while it joins, restores or waits
BATCH_MAX = {"standardise": 200, "joint_list": 200, "alerting": 50, "dispatch": 20}  # so that each has long to work
PATIENCE_S = 60.0


class Victim:
    """One stage's worker. Watched from outside: what it writes tells when it is at work."""

    def __init__(self, stage: str, worker: Worker, region: Region, rng: random.Random, kills_wanted: int) -> None:
        self.stage = stage
        self.worker = worker
        self.kills_wanted = kills_wanted  # at least one of them in the middle of a transaction
        self.kills = 0
        self.kills_in_transaction = 0
        self.misses = 0
        self._region = region
        self._rng = rng
        self._begin()

    def _begin(self) -> None:
        self._started_at = time.monotonic()
        self._end_at_start: int | None = None
        self._strike_at: float | None = None

    @property
    def done(self) -> bool:
        return self.kills >= self.kills_wanted

    def watch(self, end: int) -> None:
        """Look at how much it has written; strike when its time has come."""
        self.worker.pid()
        now = time.monotonic()
        if self._end_at_start is None:
            self._end_at_start = end
            if self._rng.random() < 0.2:
                self._strike_at = now + self._rng.uniform(0, IDLE_S)
        if self._strike_at is None and end > self._end_at_start:
            self._strike_at = now + WORK_S * self._rng.random() ** 2
        if self._strike_at and now >= self._strike_at:
            self._strike()
        assert now - self._started_at < PATIENCE_S, f"{self.stage} does not work:\n{self.worker.last_lines()}"

    def _strike(self) -> None:
        """Kill it; the last time, if no transaction was hit yet, only where one is open, which a freeze lets us see."""
        self.worker.freeze()
        hit = self._region.in_transaction(self.stage)
        if not hit and not self.kills_in_transaction and self.kills == self.kills_wanted - 1:
            self.worker.wake()
            self.misses += 1
            self._strike_at = time.monotonic() + WORK_S * self._rng.random()
            return
        self.worker.kill()
        self.kills += 1
        self.kills_in_transaction += hit
        self.worker.start()
        self._begin()


@pytest.mark.parametrize("kills_of_each", [3, pytest.param(10, marks=pytest.mark.long)])
def test_no_event_is_lost_or_counts_twice_whoever_is_killed(own_cluster: Settings, kills_of_each: int) -> None:
    events = EVENTS_PER_KILL * kills_of_each
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201
    rng = random.Random(seed)
    settings = own_cluster.model_copy(update={"session_timeout_ms": 2000, "transaction_timeout_ms": 5000})
    region = Region(settings, seed, events, COMPANIES)
    with Workers(*(_worker(stage, settings) for stage in INPUTS)) as workers:
        region.until_worked_off()
        region.feed.start()
        victims = [
            Victim(stage, worker, region, rng, kills_of_each) for stage, worker in zip(INPUTS, workers.all, strict=True)
        ]
        while hunted := [victim for victim in victims if not victim.done]:
            kills, misses = sum(victim.kills for victim in victims), sum(victim.misses for victim in victims)
            region.feed.allow((kills + len(victims)) * events // (kills_of_each * len(victims)) + 100 * misses)
            ends = region.ends()
            for victim in hunted:
                victim.watch(ends[victim.stage])
            time.sleep(0.02)
        region.feed.finish()
        region.until_worked_off()
    for victim in victims:
        print(f"{victim.stage}: killed {victim.kills} times, {victim.kills_in_transaction} in a transaction")  # noqa: T201
    region.must_be_exactly_once()
    assert len(region.sent) >= events


def _worker(stage: str, settings: Settings) -> Worker:
    stages = f"{stage},calendar" if stage == "dispatch" else stage
    return Worker(stage, stages, settings.model_copy(update={"batch_max": BATCH_MAX[stage]}))
