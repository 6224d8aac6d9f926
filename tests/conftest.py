"""Shared fixtures: a broker for the whole session, and an empty one for a module or a test that needs it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from liancheng.settings import Settings
from supervision.broker import Broker
from tests.local_broker import running_broker, settings_of

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell passes them on as ignored
signal.signal(signal.SIGHUP, signal.SIG_DFL)
for name in [name for name in os.environ if name.startswith("LIANCHENG_")]:
    del os.environ[name]  # tests must not reach what else runs on this machine


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real broker that all tests share; use keys, provinces or topics that no other test uses."""
    with running_broker(tmp_path_factory.mktemp("broker")) as shared:
        yield shared


@pytest.fixture
def settings(broker: Broker, tmp_path: Path) -> Settings:
    """Settings of a client of the shared broker, with the test's own home."""
    return settings_of(broker, tmp_path)


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Settings]:
    """Settings of a client of a broker that has no topics yet and that only this test uses."""
    with running_broker(tmp_path) as own:
        yield settings_of(own, tmp_path)


@pytest.fixture(scope="module")
def fresh_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a client of a broker that has no topics yet and that only this module uses."""
    home = tmp_path_factory.mktemp("cluster")
    with running_broker(home) as own:
        yield settings_of(own, home)
