"""A worker is frozen for longer than its session, the other takes over, and it wakes up: it must not write."""

import random

import pytest

from liancheng.settings import Settings
from tests.chaos.region import INPUTS, Region
from tests.chaos.workers import Worker, Workers

EVENTS_PER_ROUND = 3000
COMPANIES = 3_000


@pytest.mark.parametrize("rounds", [2, pytest.param(4, marks=pytest.mark.long)])
def test_who_wakes_up_after_its_session_does_not_write(own_cluster: Settings, rounds: int) -> None:
    events = EVENTS_PER_ROUND * rounds
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201
    rng = random.Random(seed)
    settings = own_cluster.model_copy(
        update={"session_timeout_ms": 2000, "transaction_timeout_ms": 3000, "batch_max": 100}
    )
    region = Region(settings, seed, events, COMPANIES)
    stages = ",".join([*INPUTS, "calendar"])
    with Workers(*(Worker(f"copy-{number}", stages, settings) for number in (1, 2))) as workers:
        workers.until_shared_by(*workers.all)
        region.until_worked_off()
        region.feed.start()
        for round_ in range(rounds):
            zombie, other = workers.all[round_ % 2], workers.all[1 - round_ % 2]
            region.feed.allow((2 * round_ + 1) * events // (2 * rounds))
            region.until_at_work(rng.choice(list(INPUTS)))
            zombie.freeze()
            workers.until_shared_by(other)
            region.feed.allow((2 * round_ + 2) * events // (2 * rounds))
            region.until_at_work(rng.choice(list(INPUTS)))  # the other works on what the sleeper had in hand
            zombie.wake()
            workers.until_shared_by(*workers.all)
        region.feed.finish()
        region.until_worked_off()
        for worker in workers.all:
            worker.pid()
            assert noticed(worker), f"{worker.name} never noticed that it was frozen:\n{worker.last_lines()}"
    region.must_be_exactly_once()


def noticed(worker: Worker) -> bool:
    """Whether a stage of it was told that its partitions are another's, or that it may not write any more."""
    return "to another worker" in worker.said() or "session ended" in worker.said()
