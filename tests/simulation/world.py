"""One life from a seed: agencies, banks, workers, a broker in memory. What comes of it is a history to be checked."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from liancheng.records import topics
from liancheng.records.topics import Topic
from stream_apps.stage import Place, Record
from tests.chaos.checker import History, Sent
from tests.chaos.story import BANKS, PROVINCES, Story, watch
from tests.simulation.actors import Actor, Theatre
from tests.simulation.faults import QUIET, Faults
from tests.simulation.memory_log import MemoryLog
from tests.simulation.misfortune import Misfortune
from tests.simulation.processes import STAGES, START, Process, Worker
from tests.simulation.senders import Agency, Office
from tests.simulation.substitutes import substituted
from tests.simulation.tale import TELLINGS

COMPANIES = 3
WATCHED_BEFORE = [(0, BANKS[0]), (1, BANKS[0]), (0, BANKS[1])]
LATEST_S = 300.0  # of simulated time, to work all off once nothing goes wrong any more: many times what it takes

Say = Callable[[int, str, str], None]


class StuckError(AssertionError):
    """Nothing goes wrong any more, and yet the stages do not get done."""


class World:
    """`say` is told what happens: number of the turn, who, what."""

    def __init__(self, seed: int, events: int = 24, say: Say | None = None) -> None:
        self.rng = random.Random(seed)
        self.theatre = Theatre(self.rng)
        self.faults = QUIET
        self.log = MemoryLog(lambda: self.theatre.now)
        self.days = 0  # that have passed
        self.sent: list[Sent] = []
        self.process_of: dict[Actor, Process] = {}
        self.workers: list[Worker] = []
        self._say = say
        self._events = events
        self._drawn = Faults.drawn(self.rng)
        self.theatre.before_turn = self._work_of_the_broker
        self.theatre.when_time_passes = self.log.expire
        for topic in topics.REGISTRY:
            for name in _names(topic):
                self.log.create(name, topic.partitions)

    # -- what all use --------------------------------------------------------------------------------------------------

    def chance(self, fault: str) -> bool:
        return self.rng.random() < getattr(self.faults, fault)

    def instant(self) -> datetime:
        return START + timedelta(days=self.days, seconds=self.theatre.now)

    def process(self) -> Process:
        """The one whose turn it is."""
        assert self.theatre.current is not None
        return self.process_of[self.theatre.current]

    def say(self, who: str, what: str) -> None:
        if self._say:
            self._say(self.theatre.turns, who, what)

    def say_batch(self, process: Process, batch: Any) -> None:
        if self._say:
            places = [f"{record.topic}[{record.partition}]@{record.offset}" for _, record in batch.work]
            self.say(f"{process.name}.{batch.stage}", "folds " + ", ".join(places))

    def start_worker(self, name: str) -> Worker:
        self.workers.append(Worker(self, name))
        return self.workers[-1]

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        def wait() -> None:
            self.theatre.pause(seconds)
            act()

        self.theatre.enter("later", wait)

    def _work_of_the_broker(self) -> None:
        """Markers are written one by one, each a while after the outcome was decided."""
        chores = self.log.chores
        if chores and not self.chance("slow_markers"):
            chores.pop(int(self.rng.random() * len(chores)))()

    # -- a life --------------------------------------------------------------------------------------------------------

    def live(self) -> History:
        """Raises StuckError."""
        with substituted(self):
            try:
                return self._live()
            finally:
                for process in self.process_of.values():
                    process.alive = False
                self.theatre.end()

    def _live(self) -> History:
        office, misfortune = Office(self), Misfortune(self)
        agencies = self._agencies()
        for name in ("worker-1", "worker-2"):
            self.start_worker(name)
        office.watch(*WATCHED_BEFORE)
        self._until(self._worked_off, "the first watches are known")
        self.faults = self._drawn
        self.say("world", f"{self.faults}")
        for sender in (*agencies, office, misfortune):
            sender.begin()
        self._until(lambda: all(agency.done for agency in agencies), "the agencies have sent all")
        self.faults = QUIET
        misfortune.end()
        self.say("world", "nothing goes wrong any more")
        self._until(self._worked_off, "all is worked off")
        before = frozenset(watch(*one)[0] for one in WATCHED_BEFORE)
        return History(list(self.sent), {topic: self._committed(topic) for topic in self.log.topics}, before)

    def _agencies(self) -> list[Agency]:
        lines = list(islice(Story(self.rng.randrange(2**32), COMPANIES, START.date(), TELLINGS), self._events))
        return [Agency(self, province, [one for one in lines if one.province == province]) for province in PROVINCES]

    def _until(self, reached: Callable[[], bool], what: str) -> None:
        if not self.theatre.run(reached, LATEST_S):
            raise StuckError(f"not reached: {what}")

    def _worked_off(self) -> bool:
        return not self.log.chores and all(
            not self.log.partition(place).read(self.log.group(f"liancheng.{stage}").offsets.get(place, 0), 1)[0]
            for stage in STAGES
            for place in self.inputs(stage)
        )

    def inputs(self, stage: str) -> list[Place]:
        of_provinces = [topics.PENALTY_EVENTS.named(province) for province in PROVINCES]
        names = of_provinces if stage == "standardise" else STAGES[stage].inputs
        return [(name, number) for name in names for number in range(len(self.log.topics[name]))]

    def _committed(self, topic: str) -> list[Record]:
        return [
            Record(topic, number, offset, one.timestamp_ms, one.key, one.value)
            for number, partition in enumerate(self.log.topics[topic])
            for offset, one in enumerate(partition.stored)
            if one.committed
        ]


def _names(topic: Topic) -> list[str]:
    if "<" not in topic.name:
        return [topic.name]
    return [topic.named(who) for who in (BANKS if "bank" in topic.name else PROVINCES)]
