"""A list of 600 companies, its view, and the HTTP service over them, for a module."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from consumers.view.filler import Filler
from liancheng.settings import Settings
from tests.eventually import eventually
from tests.local_valkey import running_valkey, with_view
from tests.service.serving import client, new_key, running_api, with_api
from tests.view.material import await_current, entries, publish, publish_day
from transport import admin


@pytest.fixture(scope="module")
def listed(fresh_cluster: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a cluster with a list, and of the view that is being kept of it."""
    home = tmp_path_factory.mktemp("api")
    admin.ensure_shared_topics(fresh_cluster)
    publish(fresh_cluster, entries(range(600)))
    publish(fresh_cluster, entries(range(0, 600, 7), "listed", 2))
    publish_day(fresh_cluster)
    with running_valkey(home) as valkey:
        settings = with_api(with_view(fresh_cluster, valkey), home)
        with Filler(settings):
            await_current(settings)
            yield settings


@pytest.fixture(scope="module")
def served(listed: Settings) -> Iterator[Settings]:
    """The service runs, and searches names."""
    with running_api(listed):
        with client(listed, None) as asked:
            eventually(lambda: asked.get("/health").json()["names"]["ready"], 30, what="names are indexed")
        yield listed


@pytest.fixture(scope="module")
def key(served: Settings) -> str:
    return new_key(served, "bank-a")


@pytest.fixture
def bank(served: Settings, key: str) -> Iterator[httpx.Client]:
    """A client with a key for everything."""
    with client(served, key) as asked:
        eventually(lambda: asked.get("/v1/companies/x").status_code == 400, what="the key is known")
        yield asked


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path
