"""The first record at or after an offset of a partition: what a search for a number asks for again and again."""

import time
from collections.abc import Callable

from confluent_kafka import Consumer, Message, TopicPartition

from liancheng.errors import UnavailableError
from transport.tables import STALL_S

WAIT_S = 0.2


def first_at(client: Consumer, topic: str, offset: int, is_record: Callable[[Message], bool]) -> Message | None:
    """The first committed record of partition 0 at or after an offset; None: there is none yet.

    `client` must tell the end of a partition; `is_record` is False for that event, and raises for other errors.

    Raises:
        UnavailableError: the broker says nothing.
    """
    client.assign([TopicPartition(topic, 0, offset)])
    deadline = time.monotonic() + STALL_S
    while time.monotonic() < deadline:
        message = client.poll(WAIT_S)
        if message is not None:
            return message if is_record(message) else None
    raise UnavailableError(f"reading {topic}: nothing came for {STALL_S:.0f} s")
