"""The local broker keeps what it said it wrote, leaves no process behind, and says in one line what it lacks."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from liancheng.errors import UnavailableError, WrongUseError
from supervision import jars
from supervision.broker import Broker
from supervision.ports import free_ports
from tests.eventually import eventually
from tests.local_broker import running_broker
from tests.processes import all_gone


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    with running_broker(tmp_path / "联惩 的家") as broker:
        yield broker


def make_topic(broker: Broker, name: str) -> None:
    admin = AdminClient({"bootstrap.servers": broker.address})
    admin.create_topics([NewTopic(name, 1)])[name].result(10)


def write(broker: Broker, topic: str, values: list[bytes]) -> None:
    failed: list[KafkaError] = []
    producer = Producer({"bootstrap.servers": broker.address, "enable.idempotence": True})
    for value in values:
        producer.produce(topic, value, on_delivery=lambda error, _message: failed.append(error) if error else None)
    assert producer.flush(20) == 0
    assert failed == []


def read(broker: Broker, topic: str, count: int) -> list[bytes | None]:
    consumer = Consumer({"bootstrap.servers": broker.address, "group.id": "test", "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition(topic, 0, 0)])
    messages = consumer.consume(count, timeout=20)
    consumer.close()
    return [message.value() for message in messages]


def test_records_survive_a_stop_a_crash_and_a_move_to_other_ports(own_broker: Broker) -> None:
    """The home's name is Chinese and has a space: neither Java nor Kafka may trip over it."""
    first, second = [b"%d" % i for i in range(500)], [b"%d" % i for i in range(500, 1000)]
    make_topic(own_broker, "kept")
    write(own_broker, "kept", first)
    own_broker.kill()
    own_broker.start()
    own_broker.wait_ready()
    write(own_broker, "kept", second)
    own_broker.stop()
    port, controller_port = free_ports(2)
    with Broker(own_broker.home, port, controller_port) as moved:
        assert read(moved, "kept", 1000) == first + second
    assert moved.pid is None


def test_a_topic_that_nobody_made_is_an_error(broker: Broker) -> None:
    mistyped = "penalty-evnets.310000"
    producer = Producer({"bootstrap.servers": broker.address, "allow.auto.create.topics": True})
    error = producer.list_topics(mistyped, timeout=10).topics[mistyped].error
    assert error is not None
    assert error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART
    assert mistyped not in producer.list_topics(timeout=10).topics


def test_the_broker_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    port, controller_port = free_ports(2)
    script = f"""
from pathlib import Path; from supervision.broker import Broker
broker = Broker(Path({str(tmp_path)!r}), {port}, {controller_port})
broker.prepare(); broker.start(); broker.wait_ready()
print(broker.pid, flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert not all_gone([pid])
        starter.send_signal(signal.SIGKILL)
    eventually(lambda: all_gone([pid]), what="the broker is gone")


def test_a_taken_port_ends_the_start_with_the_cause(tmp_path: Path) -> None:
    port, controller_port = free_ports(2)
    with socket.create_server(("127.0.0.1", port)):
        broker = Broker(tmp_path, port, controller_port)
        broker.prepare()
        broker.start()
        # The other program takes connections and never answers; the broker must be seen to end all the same.
        with pytest.raises(
            UnavailableError, match=r"the broker ended while starting: .*Address already in use.*broker\.log"
        ):
            broker.wait_ready()
    assert broker.pid is None


def test_a_missing_java_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UnavailableError, match=f"no java in JAVA_HOME={tmp_path}: .* Java 17"):
        Broker(tmp_path).prepare()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match=r"no java on PATH: .* Java 17"):
        Broker(tmp_path).prepare()


def put(directory: Path, name: str, script: str) -> None:
    """A program of that name."""
    (directory / name).write_text(f"#!/bin/sh\n{script}\n")
    (directory / name).chmod(0o755)


def test_a_java_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(tmp_path, "java", """echo 'openjdk version "11.0.2" 2019-01-15' >&2""")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(UnavailableError, match=r'too old \(openjdk version "11.0.2" 2019-01-15\): .* Java 17'):
        jars.fetch(tmp_path / "libs", lambda _line: None)


def test_a_missing_maven_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "java").symlink_to(jars.java())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="no mvn on PATH"):
        jars.fetch(tmp_path / "libs", lambda _line: None)


def test_what_maven_says_is_told_and_nothing_half_fetched_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    half = 'for a; do case "$a" in -DoutputDirectory=*) mkdir "${a#*=}"; touch "${a#*=}/half.jar";; esac; done'
    put(tmp_path, "mvn", f'{half}; echo "[ERROR] no route to the repository"; exit 1')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(UnavailableError, match="could not fetch the broker's jars: no route to the repository"):
        jars.fetch(tmp_path / "libs", lambda _line: None)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_a_directory_that_kafka_would_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match=r"comma.*LIANCHENG_HOME"):
        Broker(tmp_path / "a,b").prepare()
