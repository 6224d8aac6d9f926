"""Throw-away Valkeys, killed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from liancheng.settings import Settings
from supervision.ports import free_ports
from supervision.valkey import Valkey
from tests.eventually import eventually


@contextmanager
def running_valkey(home: Path) -> Iterator[Valkey]:
    """An empty one that is ready; nothing of it is left running after."""
    valkey = Valkey(home, *free_ports(1))
    valkey.start()
    try:
        eventually(valkey.healthy, every_s=0.01)
        yield valkey
    finally:
        valkey.kill()


def with_view(settings: Settings, valkey: Valkey, **more: object) -> Settings:
    """Settings whose view lies in that Valkey, with a port of its own for the filler."""
    (port,) = free_ports(1)
    url = f"redis://{valkey.address}/0"
    return settings.model_copy(update={"redis_url": url, "redis_port": valkey.port, "view_port": port} | more)
