"""The bytes of every record: JSON values (msgspec) and CloudEvents 1.0 headers (`ce_…`, Kafka binding, binary mode).

A value carries its own type (the `type` tag), so our readers need no header; the headers are for other readers.
"""

import hashlib
from typing import Any

import msgspec

from liancheng.errors import UndigestibleError


class Spliced:
    """The base of values that keep the bytes they were read from and are written back as those bytes."""

    __slots__ = ("raw",)
    raw: msgspec.Raw


def _splice(value: Any) -> msgspec.Raw:
    if isinstance(value, Spliced):
        return value.raw
    raise NotImplementedError(f"a {type(value).__name__} cannot be written as JSON")


_encoder = msgspec.json.Encoder(decimal_format="string", enc_hook=_splice)
encode = _encoder.encode

Headers = list[tuple[str, bytes]]

_FIXED: Headers = [("ce_specversion", b"1.0"), ("content-type", b"application/json")]
TYPE_PREFIX = "cn.liancheng."


def decoder(of: Any) -> msgspec.json.Decoder[Any]:
    """Returns a decoder for one topic's value type. Build it once: building costs more than decoding."""
    return msgspec.json.Decoder(of)


def read(decode: msgspec.json.Decoder[Any], raw: bytes, what: str) -> Any:
    """Decodes a record of our own topics.

    Raises:
        UndigestibleError: the record is not of the topic's type; the text names `what` and the place in the record.
    """
    try:
        return decode.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UndigestibleError(f"{what}: {error}") from error


def headers(type_: str, source: bytes, id_: str) -> Headers:
    """Returns the CloudEvents headers: `type_` is the value's tag, `source` its producer, `id_` its content's id."""
    return [
        *_FIXED,
        ("ce_type", (TYPE_PREFIX + type_).encode()),
        ("ce_source", source),
        ("ce_id", id_.encode()),
    ]


def digest(value: Any) -> str:
    """Returns the first 32 hex digits of SHA-256 over a value's JSON (128 bits: no two events will collide)."""
    return hashlib.sha256(encode(value)).hexdigest()[:32]


def pair_key(owner: str, name: str) -> str:
    """Returns the key `<owner>/<name>`: of a watch `<uscc>/<bank>`, of a webhook `<bank>/<webhook>`."""
    return f"{owner}/{name}"


def pair_of(key: bytes) -> tuple[bytes, bytes]:
    """Returns both parts of a `pair_key`; neither holds a slash."""
    owner, _, name = key.partition(b"/")
    return owner, name


def murmur2_partition(key: bytes, partitions: int) -> int:
    """Returns the partition of a key, chosen as by the Java client (`Utils.murmur2`) and by `murmur2_random`.

    Needed for records on the partition of another key: a watch is on the partition of its USCC.
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
