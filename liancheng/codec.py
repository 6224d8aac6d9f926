"""Bytes of every record: msgspec JSON values, CloudEvents 1.0 attributes as `ce_` headers (Kafka binding, binary mode).

A value carries its type itself (the `type` tag), so reading needs no header; the headers are for other readers.
"""

import hashlib
from typing import Any

import msgspec

from liancheng.errors import UndigestibleError


class Spliced:
    """Something that stands for the bytes it was read from, and is written as they were."""

    __slots__ = ("raw",)
    raw: msgspec.Raw


def _splice(value: Any) -> msgspec.Raw:
    if isinstance(value, Spliced):
        return value.raw
    raise NotImplementedError(f"a {type(value).__name__} has no JSON")


_encoder = msgspec.json.Encoder(decimal_format="string", enc_hook=_splice)
encode = _encoder.encode

Headers = list[tuple[str, bytes]]

_FIXED: Headers = [("ce_specversion", b"1.0"), ("content-type", b"application/json")]
TYPE_PREFIX = "cn.liancheng."


def decoder(of: Any) -> msgspec.json.Decoder[Any]:
    """A decoder for one topic's value type; make it once, it is what is fast."""
    return msgspec.json.Decoder(of)


def read(decode: msgspec.json.Decoder[Any], raw: bytes, what: str) -> Any:
    """Decode a record of our own topics.

    Raises:
        UndigestibleError: it is not what the topic promises; the text names `what` and the place in the record.
    """
    try:
        return decode.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UndigestibleError(f"{what}: {error}") from error


def headers(type_: str, source: bytes, id_: str) -> Headers:
    """CloudEvents attributes: `type_` the value's tag, `source` who made it, `id_` the event's id from content."""
    return [
        *_FIXED,
        ("ce_type", (TYPE_PREFIX + type_).encode()),
        ("ce_source", source),
        ("ce_id", id_.encode()),
    ]


def digest(value: Any) -> str:
    """SHA-256 over the canonical JSON of a value, the first 32 hex digits (128 bits: no two events will meet)."""
    return hashlib.sha256(encode(value)).hexdigest()[:32]


def murmur2_partition(key: bytes, partitions: int) -> int:
    """The partition of a key as the Java client and librdkafka's `murmur2_random` choose it.

    Needed where a record lies on another key's partition (watches lie with their USCC). Kafka's `Utils.murmur2`.
    """
    return (_murmur2(key) & 0x7FFFFFFF) % partitions


def _murmur2(data: bytes) -> int:
    m, length = 0x5BD1E995, len(data)
    h = 0x9747B28C ^ length
    whole = length & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * m & 0xFFFFFFFF
        k = (k ^ (k >> 24)) * m & 0xFFFFFFFF
        h = (h * m & 0xFFFFFFFF) ^ k
    if rest := data[whole:]:
        h = (h ^ int.from_bytes(rest, "little")) * m & 0xFFFFFFFF
    h = (h ^ (h >> 13)) * m & 0xFFFFFFFF
    return h ^ (h >> 15)
