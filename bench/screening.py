"""Screening over HTTP: one process with keys and receipts, compared with a bare route that does one GET from Redis."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx
import msgspec

from bench import machine, made_up
from bench.fill import make_topics
from bench.http_load import Figures, Plan
from bench.lab import REPOSITORY, Lab, eventually, module
from bench.restore import entries
from consumers.reading import register
from consumers.view.reader import View
from liancheng.settings import Settings
from supervision.ports import free_ports
from supervision.processes import listens
from supervision.valkey import Valkey
from supervision.worker import answers, api, view_filler
from transport import redis_clients, table_writer

BANK = "bench-bank"
RATE_PER_S = 500
CONNECTIONS = 32
BOOK_ROWS = 10_000
BOOKS = 7
SHARE_LISTED = 0.05  # of a loan book: far more than real ones have


class ScreeningResult(NamedTuple):
    """`steady` and `bare_steady`: at RATE_PER_S; `full` and `bare`: as fast as possible, in alternating rounds.

    CPU in microseconds per request; milliseconds per book (5 % and 100 % of it on the list).
    """

    subjects: int
    steady: Figures
    bare_steady: Figures
    full: list[Figures]
    bare: list[Figures]
    full_cpu_us: list[float]
    bare_cpu_us: list[float]
    book_ms: float
    listed_book_ms: float
    load: float

    @property
    def ratio(self) -> float:
        """Of the best rounds: other work on the machine can only slow a round down."""
        return max(figures.per_s for figures in self.full) / max(figures.per_s for figures in self.bare)

    @property
    def cpu_ratio(self) -> float:
        return min(self.bare_cpu_us) / min(self.full_cpu_us)


def measure(lab: Lab, subjects: int, seconds: float, rounds: int) -> ScreeningResult:
    with lab.broker("screening") as settings:
        make_topics(settings)
        table_writer.write(settings, entries(subjects, []))
        with _running(settings, subjects) as (own, pid):
            result = _measured(own, pid, subjects, seconds, rounds)
    lab.drop("screening")
    return result


@contextmanager
def _running(settings: Settings, subjects: int) -> Iterator[tuple[Settings, int]]:
    port, view_port, api_port = free_ports(3)
    valkey = Valkey(settings.home, port)
    own = settings.model_copy(
        update={"redis_url": f"redis://{valkey.address}/0", "view_port": view_port, "api_port": api_port}
    )
    valkey.start()
    parts = [view_filler(own, PYTHONPATH=str(REPOSITORY)), api(own, PYTHONPATH=str(REPOSITORY))]
    try:
        eventually(valkey.healthy, valkey, 10, "Valkey")
        for part in parts:
            part.start()
        with View(own) as view:
            eventually(lambda: not view.position().rebuilding, parts[0], 300, "the view to be filled", every_s=0.1)
        eventually(lambda: answers(parts[1].address), parts[1], 60, "the HTTP service", every_s=0.1)
        url = f"http://127.0.0.1:{api_port}/health"
        eventually(lambda: bool(httpx.get(url).json()["names"]["ready"]), parts[1], 900, "names", every_s=0.5)
        yield own, parts[1].pid or 0
    finally:
        for part in parts:
            part.kill()
        valkey.kill()


def _measured(settings: Settings, pid: int, subjects: int, seconds: float, rounds: int) -> ScreeningResult:
    register.add_bank(settings, BANK, requests_per_s=1e6)
    _, key = register.rotate_key(settings, BANK)
    paths = [f"/v1/companies/{made_up.company(number * 7 % (2 * subjects)).uscc}" for number in range(5000)]
    plan = Plan(settings.api_port, paths, {"Authorization": f"Bearer {key}"}, CONNECTIONS, seconds)
    load(msgspec.structs.replace(plan, seconds=1))
    steady = load(msgspec.structs.replace(plan, rate=RATE_PER_S))
    full: list[Figures] = []
    bare: list[Figures] = []
    full_cpu: list[float] = []
    bare_cpu: list[float] = []
    short = msgspec.structs.replace(plan, seconds=seconds / 2)
    with _bare(settings, paths) as (bare_port, bare_pid):
        of_bare = msgspec.structs.replace(
            short, port=bare_port, headers={}, paths=[path.replace("/v1/companies", "/bare") for path in paths]
        )
        bare_steady = load(msgspec.structs.replace(of_bare, rate=RATE_PER_S, seconds=seconds))
        for _ in range(rounds):
            for plan, process, figures, cpu in ((short, pid, full, full_cpu), (of_bare, bare_pid, bare, bare_cpu)):
                before = machine.cpu_s(process)
                figures.append(load(plan))
                cpu.append((machine.cpu_s(process) - before) / (figures[-1].requests + plan.warm_up) * 1e6)
    return ScreeningResult(
        subjects, steady, bare_steady, full, bare, full_cpu, bare_cpu, _book_ms(settings, key, subjects, SHARE_LISTED),
        _book_ms(settings, key, subjects, 1), machine.load(),
    )  # fmt: skip


def load(plan: Plan) -> Figures:
    """Runs a load in a process of its own."""
    command = [sys.executable, "-m", "bench.http_load"]
    done = subprocess.run(command, input=msgspec.json.encode(plan), stdout=subprocess.PIPE, check=True, cwd=REPOSITORY)
    return msgspec.json.decode(done.stdout, type=Figures)


@contextmanager
def _bare(settings: Settings, paths: list[str]) -> Iterator[tuple[int, int]]:
    """The bare service on the same Valkey, with a value of an entry's size under each key."""
    (port,) = free_ports(1)
    with redis_clients.writer(settings) as client:
        client.mset({f"bare:{path.rpartition('/')[2]}": b"x" * 2500 for path in paths})
    with module(settings, "bench.bare_api", str(port), settings.redis_url) as process:
        eventually(lambda: listens(port), process, 30, "the bare service")
        yield port, process.pid or 0


def _book_ms(settings: Settings, key: str, subjects: int, listed: float) -> float:
    """Returns the median of a book's milliseconds. `listed`: the share of it that is on the list."""
    count = min(int(BOOK_ROWS * listed), subjects)
    numbers = [*range(count), *range(10 * subjects, 10 * subjects + BOOK_ROWS - count)]
    body = {"companies": [{"uscc": made_up.company(number).uscc, "customer_ref": str(number)} for number in numbers]}
    durations_ms = []
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        for _ in range(BOOKS):
            started = time.perf_counter()
            answer = client.post(f"http://127.0.0.1:{settings.api_port}/v1/screenings", json=body)
            durations_ms.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, answer.text[:500]
    return sorted(durations_ms)[BOOKS // 2]
