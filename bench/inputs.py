"""The input of a stage: its partitions, where their records end, and whether the stage has processed them."""

import re

from bench.lab import Group, Place, eventually
from liancheng.settings import Settings
from stream_apps.stage import Stage
from stream_apps.worker import STAGES
from supervision.processes import Child
from transport.clients import admin
from transport.reader import Reader
from transport.tables import high_watermarks

_TAIL = 10  # offsets; after a partition's last record comes one marker at most, that of its transaction


def places_of(settings: Settings, stage: Stage) -> list[Place]:
    """Returns every partition that a stage reads."""
    listed = admin(settings).list_topics(timeout=10).topics
    names = [name for name in listed if any(_matches(wanted, name) for wanted in stage.inputs)]
    return [(name, partition) for name in sorted(names) for partition in listed[name].partitions]


def _matches(wanted: str, name: str) -> bool:
    return bool(re.match(wanted, name)) if wanted.startswith("^") else wanted == name


def ends(settings: Settings, places: list[Place]) -> dict[Place, int]:
    """Returns the offset after the last record of each partition. (The high watermark counts transaction markers.)"""
    high = high_watermarks(settings, places)
    reader = Reader(settings, "bench.ends")
    try:
        return {place: _end(reader, place, end) for place, end in high.items()}
    finally:
        reader.close()


def _end(reader: Reader, place: Place, high: int) -> int:
    topic, partition = place
    records = list(reader.to_end(topic, max(high - _TAIL, 0), partition=partition))
    return (records[-1].offset() or 0) + 1 if records else 0


def await_processed(settings: Settings, stage: str, process: Child) -> None:
    """Waits until a stage has committed all of its current input."""
    wanted = ends(settings, places_of(settings, STAGES[stage]()))
    group = Group(settings, f"liancheng.{stage}", list(wanted))
    try:
        done = lambda: all(group.committed()[place] >= end for place, end in wanted.items())  # noqa: E731
        eventually(done, process, 120, f"{stage} to process its input")
    finally:
        group.close()
