"""What requests and answers about watches hold, in addition to `Watch` itself."""

import msgspec

from liancheng.errors import WrongUseError
from liancheng.records.alerts import CustomerReference, Filters, Watch
from liancheng.records.facts import Model
from liancheng.text.provinces import PROVINCES
from service.engines.upload_store import RefusedRow, Upload


class WatchChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A watch as it is to be: references of your own, and filters (null: every change is alerted)."""

    references: tuple[CustomerReference, ...] = ()
    filters: Filters | None = None


class Page(Model, frozen=True, kw_only=True):
    """A page of the book. `next`: the `after` of the next request; null: that was the last page."""

    watches: tuple[Watch, ...]
    next: str | None = None


class RefusedPage(Model, frozen=True, kw_only=True):
    refused: tuple[RefusedRow, ...]


class Uploads(Model, frozen=True, kw_only=True):
    uploads: tuple[Upload, ...] = ()


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of rows: companies by what happened to their watches, and the refused rows."""

    added: int
    changed: int
    removed: int
    unchanged: int
    refused: tuple[RefusedRow, ...] = ()


_decode = msgspec.json.Decoder(WatchChange)


def read_change(raw: bytes) -> WatchChange:
    """Raises msgspec.DecodeError, or WrongUseError for an unknown province."""
    change = _decode.decode(raw or b"{}")
    unknown = [code for code in (change.filters.provinces if change.filters else ()) if code not in PROVINCES]
    if unknown:
        raise WrongUseError(f"filters.provinces: found {unknown[0]!r}, expected codes such as 310000")
    return change
