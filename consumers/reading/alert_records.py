"""One alert as all channels deliver it: the bytes of its record, with the time it was made."""

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


class _AlertId(msgspec.Struct, gc=False):
    """All that is decoded of an alert in transit."""

    number: int
    id: str


_decode_id = codec.decoder(_AlertId)


def made_at(message: Message) -> datetime:
    """Returns when an alert was made: the time of its record."""
    return _instant(message.timestamp()[1])


def record_of(message: Message) -> AlertRecord:
    """Returns the alert of a record. Raises UndigestibleError if it is none."""
    raw, offset, at_ms = message.value() or b"", message.offset() or 0, message.timestamp()[1]
    alert: _AlertId = codec.read(_decode_id, raw, f"{message.topic()}@{offset}")
    return AlertRecord(alert.number, alert.id, offset, at_ms, _with_made_at(raw, at_ms))


def _with_made_at(raw: bytes, at_ms: int) -> bytes:
    """The model has `made_at` last, and it is never on the topic."""
    return raw.rstrip()[:-1] + b',"made_at":' + codec.encode(_instant(at_ms)) + b"}"


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
