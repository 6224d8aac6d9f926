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
    """Yields an empty Valkey that is ready; nothing of it is left running afterwards."""
    valkey = Valkey(home, *free_ports(1))
    valkey.start()
    try:
        eventually(valkey.healthy, every_s=0.01)
        yield valkey
    finally:
        valkey.kill()


def with_view(settings: Settings, valkey: Valkey, **more: object) -> Settings:
    """Returns settings whose view is in that Valkey, with a separate port for the filler."""
    (port,) = free_ports(1)
    url = f"redis://{valkey.address}/0"
    return settings.model_copy(update={"redis_url": url, "redis_port": valkey.port, "view_port": port} | more)
