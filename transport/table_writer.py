"""Writes to tables outside a transaction: all records arrive, or an error says so."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from confluent_kafka import KafkaError, Message

from liancheng import codec
from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from transport.clients import producer, readable, reported

FLUSH_S = 60.0  # twice message.timeout.ms: every record has its report by then


class TableRecord(NamedTuple):
    topic: str
    key: bytes
    value: bytes | None  # None: a tombstone
    headers: codec.Headers
    partition: int


def write(settings: Settings, records: Iterable[TableRecord], written: Callable[[], None] = lambda: None) -> None:
    """Writes the records and waits until the broker has them; calls `written` for each that it has.

    For tables, one record per key: a retry may repeat or reorder records, which changes no table. In return it starts
    at once; an idempotent producer gets its id half a second after it is constructed.

    Raises:
        UnavailableError: the first cause, and how many were not written.
    """
    failed: list[KafkaError] = []

    def report(error: KafkaError | None, _: Message) -> None:
        if error:
            failed.append(error)
        else:
            written()

    client = producer(settings, enable_idempotence=False)
    with reported("writing"):
        for topic, key, value, headers, partition in records:
            while True:
                try:
                    client.produce(topic, value, key, partition, on_delivery=report, headers=[*headers])
                    break
                except BufferError:  # the queue is full: wait for reports
                    client.poll(0.1)
            client.poll(0)
    left = client.flush(FLUSH_S)
    if failed:
        raise readable(failed[0], f"writing: {len(failed) + left} records did not arrive")
    if left:
        raise UnavailableError(f"writing: the broker did not take {left} records within {FLUSH_S:.0f} s")
