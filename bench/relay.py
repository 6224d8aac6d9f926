"""Four plain exactly-once hops that pass the bytes on: the least that four hops can take. `python -m bench.relay`."""

import signal
import threading
from itertools import pairwise

from confluent_kafka import TopicPartition
from confluent_kafka.cimpl import NewTopic

from liancheng.settings import Settings
from transport.clients import admin, consumer, producer

# As the topics of the real way have: events of four provinces, penalties, the list, alerts, a bank's.
PARTITIONS = (12, 6, 6, 3, 1)
TOPICS = tuple(f"relay-{hop}" for hop in range(len(PARTITIONS)))
FIRST, LAST = TOPICS[0], TOPICS[-1]
SESSION_TIMEOUT_MS = 30_000  # a hop has no second try: a machine under load must not fence it


def make_topics(settings: Settings) -> None:
    new = [NewTopic(name, num_partitions=count) for name, count in zip(TOPICS, PARTITIONS, strict=True)]
    client = admin(settings)  # its futures end with it
    for future in client.create_topics(new).values():
        future.result(15)


def hop(settings: Settings, source: str, target: str) -> None:
    """Consume, write the same bytes, commit both in one transaction; for ever."""
    client = consumer(
        settings,
        f"bench.{source}",
        group_instance_id=source,  # a new round's relay takes its partitions from the last one's ghost at once
        session_timeout_ms=SESSION_TIMEOUT_MS,
    )
    writer = producer(settings, transactional_id=f"bench.{source}")
    writer.init_transactions(30)
    client.subscribe([source])
    while True:
        first = client.poll(0.1)
        if first is None:
            continue
        messages = [first, *client.consume(settings.batch_max - 1, timeout=0)]
        writer.begin_transaction()
        positions: dict[int, int] = {}
        for message in messages:
            writer.produce(target, message.value(), message.key())
            positions[message.partition() or 0] = (message.offset() or 0) + 1
        offsets = [TopicPartition(source, partition, offset) for partition, offset in positions.items()]
        writer.send_offsets_to_transaction(offsets, client.consumer_group_metadata(), 30)
        writer.commit_transaction(30)


def main() -> None:
    settings = Settings()
    for source, target in pairwise(TOPICS):
        threading.Thread(target=hop, args=(settings, source, target), daemon=True).start()
    signal.pause()


if __name__ == "__main__":
    main()
