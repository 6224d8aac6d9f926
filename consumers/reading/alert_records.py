"""One alert as all roads hand it on: the bytes of its record, with the time it was made."""

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from confluent_kafka import Message

from liancheng import codec


class AlertRecord(NamedTuple):
    """`json`: one line, the same as `liancheng alerts --json` prints for it. `at_ms`: of its record, Unix time."""

    number: int
    id: str
    offset: int
    at_ms: int
    json: bytes


class _Head(msgspec.Struct, gc=False):
    """All that is read of an alert on its way."""

    number: int
    id: str


_decode_head = codec.decoder(_Head)


def made_at(message: Message) -> datetime:
    """When an alert was made: the time of its record."""
    return _instant(message.timestamp()[1])


def record_of(message: Message) -> AlertRecord:
    """Raises UndigestibleError where it is no alert."""
    raw, offset, at_ms = message.value() or b"", message.offset() or 0, message.timestamp()[1]
    head: _Head = codec.read(_decode_head, raw, f"{message.topic()}@{offset}")
    return AlertRecord(head.number, head.id, offset, at_ms, _with_made_at(raw, at_ms))


def _with_made_at(raw: bytes, at_ms: int) -> bytes:
    """The model has `made_at` last, and it is never on the topic."""
    return raw.rstrip()[:-1] + b',"made_at":' + codec.encode(_instant(at_ms)) + b"}"


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
