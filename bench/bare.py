"""A stage's fold in the barest exactly-once loop that confluent-kafka allows: what the worker is measured against.

`python -m bench.bare STAGE FILE END…` folds until it has committed up to each `topic:partition:offset`, then tells FILE
how many records it folded and wrote. No rebalance, no retry, no dead letters: right only as long as nothing goes wrong.
"""

import signal
import sys
import time
from collections.abc import Hashable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from bench.lab import Place
from liancheng.settings import Settings
from stream_apps.restore import restore
from stream_apps.stage import Output, Record, Stage, Unit
from stream_apps.worker import STAGES, collect_garbage_rarely
from transport.clients import consumer, producer


class Account(msgspec.Struct):
    """What the loop did: records read and written, and the CPU of the fold alone for each read."""

    folded: int
    written: int
    fold_us: float


def run(stage: Stage, settings: Settings, ends: dict[Place, int]) -> Account:
    """Fold all records before `ends`."""
    client = consumer(settings, f"liancheng.{stage.name}", partition_assignment_strategy="range")
    writer = producer(settings, transactional_id=f"bench.{stage.name}")
    writer.init_transactions(30)
    units: dict[Hashable, Unit] = {}

    def assigned(client: Consumer, partitions: list[TopicPartition]) -> None:
        committed = client.committed(partitions, timeout=10)
        positions = {(place.topic, place.partition): max(place.offset, 0) for place in committed}
        of_unit: dict[Hashable, list[Place]] = {}
        for place in positions:
            of_unit.setdefault(stage.unit_of(place), []).append(place)
        units.update(restore(stage, settings, of_unit, positions))
        client.assign([TopicPartition(*place, offset) for place, offset in positions.items()])
        for place, offset in positions.items():
            if ends.get(place, 0) <= offset:
                ends.pop(place, None)

    client.subscribe(list(stage.inputs), on_assign=assigned)
    folded, written, fold_s = 0, 0, 0.0
    while ends:
        first = client.poll(0.1)
        if first is None:
            continue
        messages = [first, *client.consume(settings.batch_max - 1, timeout=0)]
        out: list[Output] = []
        before = time.thread_time()
        positions = _fold(stage, units, messages, out)
        fold_s += time.thread_time() - before
        writer.begin_transaction()
        for output in out:
            _produce(writer, output)
        offsets = [TopicPartition(*place, end) for place, end in positions.items()]
        writer.send_offsets_to_transaction(offsets, client.consumer_group_metadata(), 30)
        writer.commit_transaction(30)
        for unit in units.values():
            unit.commit()
        folded, written = folded + len(messages), written + len(out)
        for place, end in positions.items():
            if ends.get(place, end + 1) <= end:
                del ends[place]
    client.close()
    return Account(folded, written, fold_s / folded * 1e6)


def _fold(stage: Stage, units: dict[Hashable, Unit], messages: list[Message], out: list[Output]) -> dict[Place, int]:
    positions: dict[Place, int] = {}
    now = datetime.now(UTC)
    for message in messages:
        place, offset = (message.topic() or "", message.partition() or 0), message.offset() or 0
        record = Record(*place, offset, message.timestamp()[1], message.key(), message.value())
        units[stage.unit_of(place)].fold(record, now, out)
        positions[place] = offset + 1
    return positions


def _produce(writer: Producer, output: Output) -> None:
    topic, key, value, headers, partition = output
    while True:
        try:
            return writer.produce(topic, value, key, partition, headers=headers)  # type: ignore[arg-type]
        except BufferError:
            writer.poll(0.05)


def main() -> None:
    stage = STAGES[sys.argv[1]]()
    ends = {}
    for argument in sys.argv[3:]:
        topic, partition, offset = argument.rsplit(":", 2)
        ends[topic, int(partition)] = int(offset)
    collect_garbage_rarely()
    account = run(stage, Settings(), ends)
    part = Path(sys.argv[2] + ".part")
    part.write_bytes(msgspec.json.encode(account))
    part.rename(sys.argv[2])
    signal.pause()  # its CPU and memory are still to be read


if __name__ == "__main__":
    main()
