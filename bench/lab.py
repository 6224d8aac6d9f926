"""A throw-away broker per run, on a copy of a prepared data directory: every run starts from the same bytes."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from supervision.broker import Broker
from supervision.ports import free_ports
from supervision.processes import Child
from supervision.worker import answers
from transport.clients import consumer

REPOSITORY = Path(__file__).resolve().parents[1]
Place = tuple[str, int]
_LOADING = {
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
}


class Lab:
    """A directory of homes, each with a broker's data, removed at the end."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def home(self, name: str) -> Path:
        return self.root / name

    def copy(self, name: str, new: str) -> None:
        """Copy a home whose broker has stopped in order."""
        shutil.rmtree(self.home(new), ignore_errors=True)
        subprocess.run(["cp", "-a", "--sparse=always", str(self.home(name)), str(self.home(new))], check=True)

    def drop(self, name: str) -> None:
        shutil.rmtree(self.home(name), ignore_errors=True)

    @contextlib.contextmanager
    def broker(self, name: str, *, brief: bool = True) -> Iterator[Settings]:
        """A running broker over that home, and the settings of its clients."""
        port, controller_port, web_port = free_ports(3)
        home = self.home(name)
        with Broker(home, port, controller_port, brief=brief) as broker:
            yield Settings(home=home, bootstrap_servers=broker.address, broker_port=port, web_port=web_port)

    @contextlib.contextmanager
    def copied_broker(self, name: str, new: str) -> Iterator[Settings]:
        """A running broker over a copy of that home."""
        self.copy(name, new)
        with self.broker(new) as settings:
            yield settings


@contextlib.contextmanager
def worker(settings: Settings, stages: str) -> Iterator[Child]:
    """The Faust worker with these stages, started as `liancheng up` starts it."""
    faust = ["-m", "faust", "-A", "stream_apps.app", "worker", "-l", "info", "--web-port", str(settings.web_port)]
    with _process([sys.executable, *faust], settings, {"LIANCHENG_STAGES": stages}, f"worker-{stages}") as process:
        yield process


@contextlib.contextmanager
def module(settings: Settings, name: str, *arguments: str) -> Iterator[Child]:
    """A module of the benchmark in a process of its own."""
    with _process([sys.executable, "-m", name, *arguments], settings, {}, name) as process:
        yield process


@contextlib.contextmanager
def _process(command: list[str], settings: Settings, more: dict[str, str], name: str) -> Iterator[Child]:
    env = os.environ | more | {
        "LIANCHENG_HOME": str(settings.home),
        "LIANCHENG_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "LIANCHENG_WEB_PORT": str(settings.web_port),
        "PYTHONPATH": str(REPOSITORY),
    }  # fmt: skip
    log = settings.home / "logs" / f"{name.replace(',', '-')}.log"
    process = Child(command, log, env, signal.SIGKILL)
    try:
        yield process
    finally:
        process.terminate()
        process.await_end(15)


def await_health(settings: Settings, process: Child, timeout_s: float = 600) -> None:
    """Wait until every stage of the worker has its partitions and their state."""
    address = f"127.0.0.1:{settings.web_port}"
    eventually(lambda: answers(address), process, timeout_s, "the worker's health", every_s=0.05)


class Running(Protocol):
    """A child, or a part of a home."""

    @property
    def pid(self) -> int | None: ...
    def exit_report(self) -> str: ...


def eventually(holds: Callable[[], bool], process: Running, timeout_s: float, what: str, every_s: float = 0.02) -> None:
    """Wait until something holds. Raises UnavailableError when the process ends before, or the time is over."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        if process.pid is None:
            raise UnavailableError(f"a process ended before {what}: {process.exit_report()}")
        if time.monotonic() > deadline:
            raise UnavailableError(f"{what} did not come within {timeout_s:.0f} s")
        time.sleep(every_s)


class Group:
    """How far a consumer group has committed, seen from outside."""

    def __init__(self, settings: Settings, name: str, places: list[Place]) -> None:
        # read_uncommitted: it is told at once, and does not wait for transactions that are open
        self._client = consumer(settings, name, isolation_level="read_uncommitted")
        self._places = [TopicPartition(*place) for place in places]

    def committed(self) -> dict[Place, int]:
        """Committed offsets, 0 where there is none; asks again while the broker still loads its groups."""
        for _ in range(200):
            try:
                found = self._client.committed(self._places, timeout=10)
                return {(place.topic, place.partition): max(place.offset, 0) for place in found}
            except KafkaException as error:
                if error.args[0].code() not in _LOADING:
                    raise
                time.sleep(0.05)
        raise UnavailableError("the broker did not load its consumer groups within 10 s")

    def close(self) -> None:
        self._client.close()
