"""Records a second of one process: each stage as the Faust worker, beside the bare loop, from equal bytes."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec

from bench import machine
from bench.bare import Account
from bench.fill import fill
from bench.inputs import ends, places_of
from bench.lab import Group, Lab, Place, eventually, module, worker
from liancheng.errors import WrongUseError
from liancheng.settings import Settings
from stream_apps.worker import STAGES
from supervision.processes import Child

TIMEOUT_S = 900


class Run(NamedTuple):
    """One run: committed records per second, CPU of the process per record, its highest resident memory, the load."""

    events_s: float
    cpu_us: float
    peak_mb: float
    load: float


class StageResult(NamedTuple):
    stage: str
    records: int
    outputs_per_record: float
    fold_us: float
    bare: list[Run]
    worker: list[Run]

    @property
    def events_s(self) -> float:
        return median(run.events_s for run in self.worker)

    @property
    def bare_events_s(self) -> float:
        return median(run.events_s for run in self.bare)

    @property
    def ratio(self) -> float:
        """Median of the rounds' own ratios: both runs of a round met about the same load."""
        return median(mine.events_s / bare.events_s for mine, bare in zip(self.worker, self.bare, strict=True))

    @property
    def cpu_us(self) -> float:
        return median(run.cpu_us for run in self.worker)

    @property
    def cpu_ratio(self) -> float:
        return median(mine.cpu_us / bare.cpu_us for mine, bare in zip(self.worker, self.bare, strict=True))


class Task(NamedTuple):
    """What a stage has before it: where it starts and ends, and how many records lie between."""

    stage: str
    starts: dict[Place, int]
    ends: dict[Place, int]

    def left(self, committed: dict[Place, int]) -> float:
        """The part that is still to do, 0 to 1. (Offsets count the markers of transactions too, hence a part.)"""
        whole = sum(end - self.starts[place] for place, end in self.ends.items())
        done = sum(min(committed[place], end) - self.starts[place] for place, end in self.ends.items())
        return 1 - done / whole


def measure(lab: Lab, events: int, companies: int, rounds: int, stages: list[str]) -> list[StageResult]:
    """Fill the first topics, then run stage after stage; what a bare run wrote is the next stage's input."""
    with lab.broker("base") as settings:
        fill(settings, events, companies)
        # first, or the number of alerts would hang on how entries and watches happen to interleave
        _work_off(settings, _task(settings, "alerting"))
    results = []
    for stage in STAGES:
        results.append(_stage(lab, stage, rounds if stage in stages else 0))
        lab.drop("base")
        lab.home("next").rename(lab.home("base"))
    return [result for result in results if result.stage in stages]


def _stage(lab: Lab, stage: str, rounds: int) -> StageResult:
    bare, workers = [], []
    with lab.broker("base") as settings:
        task = _task(settings, stage)
    for number in range(max(rounds, 1)):
        with lab.copied_broker("base", "next") as settings:
            run, account = _bare(settings, task)
        bare.append(run)
        if rounds:
            with lab.copied_broker("base", "worker") as settings:
                workers.append(_worker(settings, task, account.folded))
            lab.drop("worker")
            print(
                f"  {stage} {number + 1}: bare {bare[-1].events_s:,.0f}/s, worker {workers[-1].events_s:,.0f}/s",
                flush=True,
            )
    return StageResult(stage, account.folded, account.written / account.folded, account.fold_us, bare, workers)


def _task(settings: Settings, stage: str) -> Task:
    places = places_of(settings, STAGES[stage]())
    group = Group(settings, f"liancheng.{stage}", places)
    task = Task(stage, group.committed(), ends(settings, places))
    group.close()
    return task


def _bare(settings: Settings, task: Task) -> tuple[Run, Account]:
    with _bare_loop(settings, task) as (process, told):
        timing = _follow(settings, task, process)
        eventually(told.exists, process, 10, "the bare loop's account")
    account = msgspec.json.decode(told.read_bytes(), type=Account)
    return timing.of(account.folded), account


def _work_off(settings: Settings, task: Task) -> None:
    with _bare_loop(settings, task) as (process, told):
        eventually(told.exists, process, TIMEOUT_S, "the bare loop's account")


@contextlib.contextmanager
def _bare_loop(settings: Settings, task: Task) -> Iterator[tuple[Child, Path]]:
    """The running loop, and the file that will hold its account."""
    told = settings.home / "bare.json"
    told.unlink(missing_ok=True)
    wanted = [f"{topic}:{partition}:{end}" for (topic, partition), end in task.ends.items()]
    with module(settings, "bench.bare", task.stage, str(told), *wanted) as process:
        yield process, told


def _worker(settings: Settings, task: Task, records: int) -> Run:
    with worker(settings, task.stage) as process:
        return _follow(settings, task, process).of(records)


class Timing(NamedTuple):
    part: float
    seconds: float
    cpu_s: float
    peak_mb: float

    def of(self, records: int) -> Run:
        done = self.part * records
        if done == 0:
            raise WrongUseError("all was done before the second look: measure more --events")
        return Run(done / self.seconds, self.cpu_s / done * 1e6, self.peak_mb, machine.load())


def _follow(settings: Settings, task: Task, process: Child) -> Timing:
    """Time the work from the first commit that is seen to the last: starting up and joining are not counted."""
    group = Group(settings, f"liancheng.{task.stage}", list(task.ends))
    try:
        eventually(lambda: task.left(group.committed()) < 1, process, TIMEOUT_S, "the first commit", every_s=0.005)
        part, started, cpu = task.left(group.committed()), time.perf_counter(), machine.cpu_s(process.pid or 0)
        eventually(lambda: task.left(group.committed()) == 0, process, TIMEOUT_S, "the last commit")
        ended = time.perf_counter()
        return Timing(
            part, ended - started, machine.cpu_s(process.pid or 0) - cpu, machine.memory_mb(process.pid or 0)[1]
        )
    finally:
        group.close()
