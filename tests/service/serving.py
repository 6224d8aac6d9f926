"""The HTTP service as a process of its own, and a client of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from consumers.reading import register
from liancheng.records.alerts import Scope
from liancheng.settings import Settings
from supervision.ports import free_ports
from supervision.worker import Worker, answers, api
from tests.eventually import eventually


def with_api(settings: Settings, home: Path) -> Settings:
    """Settings with a port and a home of the service's own."""
    (port,) = free_ports(1)
    return settings.model_copy(update={"api_port": port, "api_url": f"http://127.0.0.1:{port}", "home": home})


@contextmanager
def running_api(settings: Settings, **env: str) -> Iterator[Worker]:
    """The service, ready; killed at the end."""
    service = api(settings, **env)
    service.start()
    try:
        eventually(lambda: answers(service.address) or service.pid is None, 40, what="the service is ready")
        assert service.pid, service.exit_report()
        yield service
    finally:
        service.kill()


def new_key(settings: Settings, bank: str, *scopes: Scope) -> str:
    """A key of a bank, which is registered where it is not."""
    register.add_bank(settings, bank)
    return register.rotate_key(settings, bank, scopes=scopes or None)[1]


def client(settings: Settings, key: str | None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=settings.api_url, headers=headers, timeout=30)
