"""The receipt that proves a screening answer, and the bytes over which its digests and signature are computed.

These are canonical JSON: keys sorted, no spaces, UTF-8 not escaped, integral numbers without a decimal point. (RFC 8785
gives the same bytes for all values that these models can hold.)
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec

from liancheng.records.facts import Model

canonical = msgspec.json.Encoder(order="sorted").encode


class ListPosition(Model, frozen=True, kw_only=True):
    """The position of the list. `offsets`: per partition of `sanction-list`; every record before them was read.

    `complete_to`: the list is complete up to this day. `age_s`: seconds since the reader was last up to date.
    """

    age_s: float
    offsets: tuple[int, ...]
    complete_to: date | None = None


class Asked(Model, frozen=True, kw_only=True):
    """The normalised question: one of `uscc`, `name`, `rows` (their number)."""

    uscc: str | None = None
    name: str | None = None
    rows: int | None = None
    as_of: date | None = None
    known_at: datetime | None = None
    etag: str | None = None  # the bank had this answer already, and it was confirmed


class EntryProof(Model, frozen=True, kw_only=True):
    """The entry behind an answer: `sha256` (hex) is over its bytes on `sanction-list`."""

    uscc: str
    sequence: int
    sha256: str


class ScreeningReceipt(Model, tag="screening_receipt", frozen=True, kw_only=True):
    """The proof of an answer, sent with it and kept on `screening-receipts.<bank>`.

    `answer_sha256`: over the canonical JSON of the answer without its receipt; for a book, see `rows_digest`; for a
    confirmed `etag`, over the etag. `signature`: Ed25519, base64, by the service's key `signed_by`, over the receipt
    without the signature.
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
    """Returns a book's `answer_sha256`: over its rows' digests (hex, of canonical JSON), each with a line end."""
    sha = hashlib.sha256()
    for digest in digests:
        sha.update(digest.encode() + b"\n")
    return sha.hexdigest()


def signed_part(statement: Model) -> bytes:
    """Returns the bytes that are signed: the canonical JSON of a receipt or a count without its `signature`."""
    return canonical(msgspec.structs.replace(statement, signature=""))


def recanonical(value: Any) -> bytes:
    """Returns the canonical JSON of a value read from JSON, however that JSON was formatted."""
    return canonical(_integral(value))


def _integral(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _integral(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_integral(item) for item in value]
    return number(value) if isinstance(value, float) else value


def number(value: float) -> float:
    """Returns a number as canonical JSON writes it: 1, not 1.0."""
    return int(value) if value.is_integer() else value
