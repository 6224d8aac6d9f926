"""What lies on the topics: a stage's partitions, where their records end, and whether a stage has come that far."""

import re

from confluent_kafka import Consumer, TopicPartition

from bench.lab import Group, Place, eventually
from liancheng.settings import Settings
from stream_apps.stage import Stage
from stream_apps.worker import STAGES
from supervision.processes import Child
from transport.clients import admin, consumer
from transport.tables import high_watermarks

_TAIL = 10  # offsets; after a partition's last record stands one marker at most, that of its transaction


def places_of(settings: Settings, stage: Stage) -> list[Place]:
    """Every partition that a stage reads."""
    listed = admin(settings).list_topics(timeout=10).topics
    names = [name for name in listed if any(_matches(wanted, name) for wanted in stage.inputs)]
    return [(name, partition) for name in sorted(names) for partition in listed[name].partitions]


def _matches(wanted: str, name: str) -> bool:
    return bool(re.match(wanted, name)) if wanted.startswith("^") else wanted == name


def ends(settings: Settings, places: list[Place]) -> dict[Place, int]:
    """One past the last record of each partition. (The high watermark counts the marker of the last transaction.)"""
    high = high_watermarks(settings, places)
    client = consumer(settings, "bench.ends", enable_partition_eof=True)
    try:
        return {place: _end(client, place, end) for place, end in high.items()}
    finally:
        client.close()


def _end(client: Consumer, place: Place, high: int) -> int:
    end = 0
    client.assign([TopicPartition(*place, max(high - _TAIL, 0))])
    while True:
        message = client.poll(10)
        if message is None or message.error():  # the end of the partition
            return end
        end = (message.offset() or 0) + 1


def await_worked_off(settings: Settings, stage: str, process: Child) -> None:
    """Wait until a stage has committed everything that lies before it now."""
    wanted = ends(settings, places_of(settings, STAGES[stage]()))
    group = Group(settings, f"liancheng.{stage}", list(wanted))
    try:
        done = lambda: all(group.committed()[place] >= end for place, end in wanted.items())  # noqa: E731
        eventually(done, process, 120, f"{stage} to work off its input")
    finally:
        group.close()
