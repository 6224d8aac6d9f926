"""The log in memory keeps the contract; and what the contract cannot ask of a broker within a test's time."""

from typing import Any

import pytest
from confluent_kafka import KafkaException

from tests.simulation.log_contract import Log, LogContract
from tests.simulation.memory_consumer import MemoryConsumer
from tests.simulation.memory_log import MemoryLog
from tests.simulation.memory_producer import MemoryProducer


class Alone:
    """A process that nobody else runs beside: when it waits, the broker's work is done."""

    silent_since = None

    def __init__(self) -> None:
        self.time = 0.0
        self.log = MemoryLog(lambda: self.time)

    def pause(self, seconds: float = 0.0) -> None:
        self.time += seconds
        self.log.expire()
        if self.log.chores:
            self.log.chores.pop(0)()

    def clock_ms(self) -> int:
        return int(self.time * 1000)

    def fate(self, point: str) -> str:
        return ""

    def create(self, topic: str, partitions: int) -> None:
        self.log.create(topic, partitions)

    def producer(self, **more: Any) -> MemoryProducer:
        return MemoryProducer(self.log, self, **more)

    def consumer(self, group: str, **more: Any) -> MemoryConsumer:
        return MemoryConsumer(self.log, self, group, **more)


@pytest.fixture
def log() -> Log:
    return Alone()


class TestMemoryLog(LogContract):
    def test_a_transaction_that_is_open_for_too_long_is_aborted_and_its_writer_shut_out(self, log: Alone) -> None:
        client = self.transactional()
        client.begin_transaction()
        self.write(client, "too slow")
        log.pause(31)
        self.write(self.log.producer(), "behind")
        self.until_read("behind")
        with pytest.raises(KafkaException) as caught:
            client.commit_transaction(10)
        assert caught.value.args[0].fatal()

    def test_a_table_that_was_compacted_gives_the_newest_of_each_key_and_all_that_is_unread(self, log: Alone) -> None:
        client = self.log.producer()
        for key, value in ((b"a", "a1"), (b"b", "b1"), (b"a", "a2"), (b"b", "b2"), (b"a", "a3")):
            client.produce(self.topic, value.encode(), key, 0)
        client.flush(1)
        log.log.partition((self.topic, 0)).compact(3)  # the reader has not read b2 and a3 yet
        assert self.read() == (["b1", "a2", "b2", "a3"], 5)
