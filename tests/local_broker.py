"""Throw-away brokers: a real one on ports of its own, killed at the end."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from liancheng.settings import Settings
from supervision.broker import Broker
from supervision.ports import free_ports


@contextmanager
def running_broker(home: Path) -> Iterator[Broker]:
    """Yields a broker that is ready; nothing of it is left running afterwards."""
    port, controller_port = free_ports(2)
    broker = Broker(home, port, controller_port, brief=True)
    if not broker.data.exists():
        shutil.copytree(_formatted_data(), broker.data)
    broker.prepare()
    broker.start()
    try:
        broker.wait_ready()
        yield broker
    finally:
        broker.kill()


@cache
def _formatted_data() -> str:
    """Returns a data directory that was formatted once for all brokers of this process: a JVM less for each of them."""
    temporary = tempfile.TemporaryDirectory(prefix="liancheng-tests-")
    atexit.register(temporary.cleanup)
    broker = Broker(Path(temporary.name), *free_ports(2), brief=True)
    broker.prepare()
    return str(broker.data)


def settings_of(broker: Broker, home: Path) -> Settings:
    """Returns settings of a client of that broker, with files in `home`."""
    return Settings(bootstrap_servers=broker.address, home=home)
