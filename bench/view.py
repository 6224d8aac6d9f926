"""How long the screening view takes to be filled from nothing, how much memory, and how quickly it answers."""

import itertools
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from bench import machine, made_up
from bench.fill import make_topics
from bench.lab import REPOSITORY, Lab, eventually
from bench.restore import entries
from consumers.view import contents
from consumers.view.reader import View
from liancheng.settings import Settings
from supervision.ports import free_ports
from supervision.valkey import Valkey
from supervision.worker import view_filler
from transport import redis_clients, table_writer

ASKED = 2000  # single questions
BOOK = 10_000  # companies in one question, nearly all with an entry
BOOKS = 15


class ViewResult(NamedTuple):
    """`fill_s` from the filler's start to a fresh view, `fill_cpu_us` its CPU for each subject.

    Memory of Valkey, as it counts it and resident, and of the filler at its highest.
    """

    subjects: int
    entry_bytes: float
    fill_s: float
    fill_cpu_us: float
    valkey_mb: float
    valkey_rss_mb: float
    filler_mb: float
    one_p50_ms: float
    one_p99_ms: float
    book_p50_ms: float
    decode_ms: float  # of one book, all entries
    digest_s: float
    load: float


def measure(lab: Lab, sizes: list[int]) -> list[ViewResult]:
    results = []
    for subjects in sizes:
        with lab.broker("view") as settings:
            make_topics(settings)
            bytes_of: list[int] = []
            table_writer.write(settings, entries(subjects, bytes_of))
            results.append(_with_valkey(settings, subjects, sum(bytes_of) / subjects))
            print(f"  view {subjects:,}: {results[-1].fill_s:.1f} s", flush=True)
        lab.drop("view")
    return results


def _with_valkey(settings: Settings, subjects: int, entry_bytes: float) -> ViewResult:
    port, view_port = free_ports(2)
    valkey = Valkey(settings.home, port)
    own = settings.model_copy(
        update={"redis_port": port, "redis_url": f"redis://{valkey.address}/0", "view_port": view_port}
    )
    valkey.start()
    filler = view_filler(own, PYTHONPATH=str(REPOSITORY))
    try:
        eventually(valkey.healthy, valkey, 10, "Valkey")
        started = time.perf_counter()
        filler.start()
        with View(own) as view:
            eventually(lambda: _fresh(view), filler, 900, "the view to be filled", every_s=0.05)
            fill_s = time.perf_counter() - started
            load, cpu_us = machine.load(), machine.cpu_s(filler.pid or 0) / subjects * 1e6
            valkey_mb, valkey_rss_mb = _memory(own), machine.memory_mb(valkey.pid or 0)[0]
            one, book, decode_ms = _answers(view, subjects)
        started = time.perf_counter()
        contents.digest(own)
        return ViewResult(
            subjects, entry_bytes, fill_s, cpu_us, valkey_mb, valkey_rss_mb, machine.memory_mb(filler.pid or 0)[1],
            statistics.median(one), statistics.quantiles(one, n=100)[98], statistics.median(book), decode_ms,
            time.perf_counter() - started, load,
        )  # fmt: skip
    finally:
        filler.kill()
        valkey.kill()


def _fresh(view: View) -> bool:
    position = view.position()
    return not position.rebuilding and position.age_s is not None


def _memory(settings: Settings) -> float:
    with redis_clients.reader(settings) as client:
        info: dict[str, Any] = client.info("memory")
    return float(info["used_memory"]) / 2**20


def _answers(view: View, subjects: int) -> tuple[list[float], list[float], float]:
    """Milliseconds of single questions (decoded), of books (bytes), and of decoding one book."""
    rng = random.Random(3)
    numbers = [rng.randrange(subjects) for _ in range(ASKED)]
    one = [_ms(partial(view.entry, made_up.company(number).uscc)) for number in numbers]
    usccs = [made_up.company(number).uscc for number in rng.sample(range(subjects), min(BOOK, subjects))]
    book = [_ms(partial(view.entries, usccs)) for _ in itertools.repeat(None, BOOKS)]
    answer = view.entries(usccs)
    return one, book, _ms(answer.entries)


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
