"""A list on a cluster of the module's own, and a Valkey of each test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liancheng.settings import Settings
from supervision.valkey import Valkey
from tests.local_valkey import running_valkey, with_view
from tests.view.material import delete, entries, publish, publish_day
from transport import admin


@pytest.fixture(scope="module")
def filled_cluster(fresh_cluster: Settings) -> Settings:
    """600 entries, some of them changed, some gone, and a day."""
    admin.ensure_shared_topics(fresh_cluster)
    publish(fresh_cluster, entries(range(600)))
    publish(fresh_cluster, entries(range(0, 600, 7), "listed", 2))
    delete(fresh_cluster, range(0, 600, 50))
    publish_day(fresh_cluster)
    return fresh_cluster


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    with running_valkey(tmp_path) as own:
        yield own


@pytest.fixture
def viewed(filled_cluster: Settings, valkey: Valkey) -> Settings:
    """Small batches, so that a filling takes many."""
    return with_view(filled_cluster, valkey, batch_max=20)
