"""Throw-away brokers: a real one on ports of its own, killed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from liancheng.settings import Settings
from supervision.broker import Broker
from supervision.ports import free_ports


@contextmanager
def running_broker(home: Path) -> Iterator[Broker]:
    """A broker that is ready; nothing of it is left running after."""
    port, controller_port = free_ports(2)
    broker = Broker(home, port, controller_port, brief=True)
    broker.prepare()
    broker.start()
    try:
        broker.wait_ready()
        yield broker
    finally:
        broker.kill()


def settings_of(broker: Broker, home: Path) -> Settings:
    """Settings of a client of that broker, with files in `home`."""
    return Settings(bootstrap_servers=broker.address, home=home)
