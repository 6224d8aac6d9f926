"""The HTTP service over the shared broker, and banks of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx
import pytest

from liancheng.settings import Settings
from supervision.broker import Broker
from supervision.worker import Worker
from tests.delivery.material import AlertWriter
from tests.eventually import eventually
from tests.local_broker import settings_of
from tests.service.serving import client, new_key, running_api, with_api
from transport import admin

_banks = (f"roads-{number}" for number in count(1))


@pytest.fixture(scope="module")
def cluster(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the service and of its clients."""
    home = tmp_path_factory.mktemp("roads")
    settings = with_api(settings_of(broker, home), home)
    admin.ensure_shared_topics(settings)
    return settings


@pytest.fixture(scope="module")
def service(cluster: Settings) -> Iterator[Worker]:
    with running_api(cluster, LIANCHENG_API_STREAM_BEHIND_MAX="400", LIANCHENG_API_STREAMS_PER_BANK="3") as running:
        yield running


@pytest.fixture
def bank() -> str:
    """A bank of the test's own."""
    return next(_banks)


@pytest.fixture
def writer(cluster: Settings, bank: str) -> AlertWriter:
    return AlertWriter(cluster, bank)


@pytest.fixture
def asked(cluster: Settings, bank: str, service: Worker) -> Iterator[httpx.Client]:
    """A client with the bank's key."""
    with known_client(cluster, new_key(cluster, bank)) as client_:
        yield client_


@contextmanager
def known_client(settings: Settings, key: str) -> Iterator[httpx.Client]:
    """A client whose key the service has read."""
    with client(settings, key) as found:
        eventually(lambda: found.get("/v1/webhooks").status_code == 200, what="the key is known")
        yield found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path
