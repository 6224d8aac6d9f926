"""The receipt that proves later what a bank was answered, and the bytes that its digests and signature are over.

Those are canonical JSON: keys sorted, no spaces, UTF-8 as it is, integral numbers without a point. (RFC 8785 gives the
same for all that stands in these models.)
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec

from liancheng.records.facts import Model

canonical = msgspec.json.Encoder(order="sorted").encode


class ListPosition(Model, frozen=True, kw_only=True):
    """Where the list stood. `offsets`: of each partition of `sanction-list`; all before them was seen.

    `complete_to`: the list is complete up to this day. `age_s`: seconds since all that lay there was seen.
    """

    age_s: float
    offsets: tuple[int, ...]
    complete_to: date | None = None


class Asked(Model, frozen=True, kw_only=True):
    """What was asked, normalised: one of `uscc`, `name`, `rows` (how many)."""

    uscc: str | None = None
    name: str | None = None
    rows: int | None = None
    as_of: date | None = None
    known_at: datetime | None = None
    etag: str | None = None  # the bank held this answer already, and was told that it still holds


class EntryProof(Model, frozen=True, kw_only=True):
    """The entry that an answer was read from: SHA-256 (hex) of its bytes on `sanction-list`."""

    uscc: str
    sequence: int
    sha256: str


class ScreeningReceipt(Model, tag="screening_receipt", frozen=True, kw_only=True):
    """The proof of an answer, on `screening-receipts.<bank>` too.

    `answer_sha256`: of the answer without its receipt, in canonical JSON; of a book, see `rows_digest`; where `etag`
    was asked, of that. `signature`: Ed25519, base64, by the service's key `signed_by`, over the receipt without it.
    """

    id: str
    bank: str
    key_id: str  # the bank's
    asked: Asked
    answered_at: datetime
    answer_sha256: str
    standard: str
    signed_by: str
    position: ListPosition | None = None
    entries: tuple[EntryProof, ...] = ()
    signature: str = ""


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def rows_digest(digests: Iterable[str]) -> str:
    """`answer_sha256` of a book: SHA-256 over its rows' digests (hex, of canonical JSON), each with a line's end."""
    sha = hashlib.sha256()
    for digest in digests:
        sha.update(digest.encode() + b"\n")
    return sha.hexdigest()


def signed_part(receipt: ScreeningReceipt) -> bytes:
    """The bytes that the signature is over."""
    return canonical(msgspec.structs.replace(receipt, signature=""))


def recanonical(value: Any) -> bytes:
    """Canonical JSON of what was read from JSON, whoever has printed it anew meanwhile."""
    return canonical(_integral(value))


def _integral(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _integral(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_integral(item) for item in value]
    return number(value) if isinstance(value, float) else value


def number(value: float) -> float:
    """A number as it stands in canonical JSON: 1, not 1.0."""
    return int(value) if value.is_integer() else value
