"""Restores the state of partitions from the tables of their stage."""

from collections.abc import Hashable

from liancheng.settings import Settings
from stream_apps.stage import Place, Stage, Unit
from transport.tables import high_watermarks, read_until


def restore(
    stage: Stage, settings: Settings, units: dict[Hashable, list[Place]], positions: dict[Place, int]
) -> dict[Hashable, Unit]:
    """Open units and read their tables. The committed offsets must be known, and stable: see `Session._start`.

    Own tables are read to the current high watermark, not to the last stable offset: a dead worker's open transaction
    holds that one back, and committed records after it would be missed (as in KAFKA-10167).
    """
    opened = {unit_id: stage.open(places) for unit_id, places in units.items()}
    owners: dict[Place, Unit] = {}
    own: list[Place] = []
    ends: dict[Place, int] = {}
    for unit_id, places in units.items():
        for table in stage.tables(places):
            owners[table.place] = opened[unit_id]
            if table.own:
                own.append(table.place)
            else:
                ends[table.place] = positions[table.place]
    ends |= high_watermarks(settings, own) if own else {}
    for messages in read_until(settings, ends):
        for message in messages:
            topic, partition = message.topic() or "", message.partition() or 0
            owners[topic, partition].restore(topic, message.key(), message.value())  # type: ignore[arg-type]
    return opened
