"""What is sent and answered about watches, beside `Watch` itself."""

import msgspec

from liancheng.records.alerts import CustomerReference, Filters, Watch
from liancheng.records.facts import Model
from liancheng.text.provinces import PROVINCES
from service.engines.upload_store import RefusedRow, Upload
from service.web.problems import Problem


class WatchWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a watch is to be: references of your own, and filters (null: everything is news)."""

    references: tuple[CustomerReference, ...] = ()
    filters: Filters | None = None


class Page(Model, frozen=True, kw_only=True):
    """A page of the book. `next`: what to ask `after` next; null: that was the last one."""

    watches: tuple[Watch, ...]
    next: str | None = None


class RefusedPage(Model, frozen=True, kw_only=True):
    refused: tuple[RefusedRow, ...]


class Uploads(Model, frozen=True, kw_only=True):
    uploads: tuple[Upload, ...] = ()


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of rows: companies by what happened to their watch, and the rows that were not taken."""

    added: int
    changed: int
    removed: int
    unchanged: int
    refused: tuple[RefusedRow, ...] = ()


_wish = msgspec.json.Decoder(WatchWish)


def read_wish(raw: bytes) -> WatchWish:
    """Raises msgspec.DecodeError, or Problem where a province is none."""
    wish = _wish.decode(raw or b"{}")
    unknown = [code for code in (wish.filters.provinces if wish.filters else ()) if code not in PROVINCES]
    if unknown:
        raise Problem("bad-request", f"filters.provinces: found {unknown[0]!r}, expected codes such as 310000")
    return wish
