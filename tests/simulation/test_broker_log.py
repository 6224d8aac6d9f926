"""The real broker keeps the contract."""

from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer

from liancheng.settings import Settings
from tests.simulation.log_contract import Log, LogContract
from tests.stream.toy import make_topics
from transport.clients import consumer, producer


class BrokerLog:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.made: list[Consumer] = []

    def create(self, topic: str, partitions: int) -> None:
        make_topics(self.settings, topic, partitions=partitions)

    def producer(self, **more: Any) -> Producer:
        return producer(self.settings, **more)

    def consumer(self, group: str, **more: Any) -> Consumer:
        self.made.append(consumer(self.settings, group, **more))
        return self.made[-1]


@pytest.fixture
def log(settings: Settings) -> Iterator[Log]:
    log = BrokerLog(settings)
    yield log
    for client in log.made:
        client.close()


class TestBrokerLog(LogContract):
    pass
