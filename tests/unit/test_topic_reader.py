"""Readers of topics against librdkafka's own mock of a broker: no process to start."""

from collections.abc import Iterator

import pytest
from confluent_kafka import Producer

from liancheng.settings import Settings
from tests.eventually import eventually
from transport import tables
from transport.follower import Follower
from transport.reader import Reader, TopicGoneError

TOPIC = "numbers"
COUNT = 1000


@pytest.fixture(scope="module")
def producer() -> Producer:
    return Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1})


@pytest.fixture(scope="module")
def settings(producer: Producer) -> Settings:
    broker = next(iter(producer.list_topics(timeout=10).brokers.values()))
    put(producer, TOPIC, *((b"key", str(number).encode()) for number in range(COUNT)))
    return Settings(bootstrap_servers=f"{broker.host}:{broker.port}")


@pytest.fixture
def reader(settings: Settings) -> Iterator[Reader]:
    reader = Reader(settings, "test", auto_offset_reset="error")
    yield reader
    reader.close()


def put(producer: Producer, topic: str, *records: tuple[bytes, bytes | None]) -> None:
    for key, value in records:
        producer.produce(topic, value, key, 0)
    assert producer.flush(10) == 0


def test_the_first_record_at_an_offset_and_none_at_the_end(reader: Reader) -> None:
    assert reader.end(TOPIC) == COUNT
    for offset in (0, 500, COUNT - 1):
        message = reader.first(TOPIC, offset)
        assert message is not None and message.offset() == offset
    assert reader.first(TOPIC, COUNT) is None


@pytest.mark.parametrize("records_max", [1, 7, 5000])
def test_every_record_to_the_end_once_and_in_order(reader: Reader, records_max: int) -> None:
    offsets = [message.offset() for message in reader.to_end(TOPIC, 10, records_max)]
    assert offsets == list(range(10, COUNT))


def test_an_offset_that_the_topic_does_not_have_is_an_error(reader: Reader) -> None:
    with pytest.raises(TopicGoneError, match=r"numbers\[0\] no longer has offset"):
        reader.first(TOPIC, 5 * COUNT)


def test_a_follower_takes_each_record_and_knows_when_it_has_caught_up(settings: Settings, producer: Producer) -> None:
    put(producer, "followed", *((b"key", b"value") for _ in range(100)))
    taken: list[int | None] = []
    follower = Follower(settings, "followed", 1, lambda records, _: taken.extend(record.offset() for record in records))
    with follower:
        assert follower.caught_up.wait(10)
        assert (taken, follower.offsets, follower.progress) == (list(range(100)), [100], 1.0)
        put(producer, "followed", (b"key", b"value"))
        eventually(lambda: taken == list(range(101)))


def test_the_newest_values_of_a_table(settings: Settings, producer: Producer) -> None:
    put(producer, "table", (b"a", b"1"), (b"b", b"2"), (b"a", b"3"), (b"b", None), (b"c", b"4"))
    assert tables.newest(settings, "table") == {(0, b"a"): b"3", (0, b"c"): b"4"}
    assert tables.newest(settings, "table", kept=lambda key: key == b"a") == {(0, b"a"): b"3"}
