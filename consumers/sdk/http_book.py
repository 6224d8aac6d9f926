"""A bank's book of watches over HTTP."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from consumers.books.watchlist import BookChange, WatchRow
from consumers.sdk.api_client import ApiClient, require_key
from liancheng import codec
from liancheng.errors import UnavailableError
from liancheng.records.alerts import Watch
from liancheng.records.facts import Model
from liancheng.settings import Settings

_ROWS = "application/x-ndjson"
_PAGE_WATCHES = 10_000
_REQUEST_ROWS = 10_000  # of one request that adds: 1 MB
_CHUNK_ROWS = 1_000
_TRIES = 20
_PAUSE_S = 1.0


class _WatchPage(Model, frozen=True, kw_only=True):
    watches: tuple[Watch, ...] = ()
    next: str | None = None


class _Upload(Model, frozen=True, kw_only=True):
    id: str
    state: str = "receiving"
    offset: int = 0


class _Uploads(Model, frozen=True, kw_only=True):
    uploads: tuple[_Upload, ...] = ()


_uploads = codec.decoder(_Uploads)
_page = codec.decoder(_WatchPage)
_change = codec.decoder(BookChange)


class HttpBook:
    """For one thread. Every method raises UnavailableError, or WrongUseError if the service refuses."""

    def __init__(self, settings: Settings, bank: str) -> None:
        require_key(settings, bank)
        self._http = ApiClient(settings, patient=True)

    def read(self) -> dict[str, Watch]:
        """Returns the current watches by USCC."""
        watches: dict[str, Watch] = {}
        after: str | None = ""
        while after is not None:
            page: _WatchPage = _page.decode(self._http.get("/v1/watches", {"after": after, "limit": _PAGE_WATCHES}))
            watches.update((watch.uscc, watch) for watch in page.watches)
            after = page.next
        return watches

    def add(self, rows: Iterable[WatchRow], sent: Callable[[int], None] = lambda _: None) -> BookChange:
        """Merges references with those that exist; filters stay unless a row has some."""
        return self._post(rows, sent)

    def remove(self, rows: Iterable[WatchRow], sent: Callable[[int], None] = lambda _: None) -> BookChange:
        """Ends watches; a row that names a customer ends that reference only."""
        return self._post(rows, sent, remove=True)

    def replace(
        self,
        rows: Sequence[WatchRow],
        resume: bool = False,
        confirm: bool = False,
        sent: Callable[[int], None] = lambda _: None,
    ) -> BookChange:
        """Makes the book exactly these rows. After a broken connection the upload continues where it broke.

        Args:
            resume: continue an upload of the same rows that an earlier process began.
            confirm: also if that ends more than half of the book.
            sent: called with how many more rows are sent.
        """
        upload = _digest(rows)
        state, offset = self._upload(upload)
        if not resume or state == "done":
            self._http.delete(f"/v1/watches/uploads/{upload}")
            offset = 0
        for attempt in range(_TRIES):
            try:
                return self._put(upload, rows, offset, confirm, sent)
            except UnavailableError:
                if attempt == _TRIES - 1:
                    raise
            time.sleep(_PAUSE_S)
            _, offset = self._upload(upload)
        raise AssertionError("the last try returns or raises")

    def _put(
        self, upload: str, rows: Sequence[WatchRow], offset: int, confirm: bool, sent: Callable[[int], None]
    ) -> BookChange:
        query = {"upload": upload, "offset": offset, "confirm": str(confirm).lower()}
        change: BookChange = _change.decode(
            self._http.put_stream("/v1/watches", _from(offset, rows, sent), query, _ROWS)
        )
        return change

    def _upload(self, upload: str) -> tuple[str, int]:
        """Returns the state of an upload, and how many bytes the service has."""
        uploads = _uploads.decode(self._http.get("/v1/watches/uploads")).uploads
        return next(((known.state, known.offset) for known in uploads if known.id == upload), ("receiving", 0))

    def _post(self, rows: Iterable[WatchRow], sent: Callable[[int], None], **query: Any) -> BookChange:
        total, rest = BookChange(), iter(rows)
        while batch := list(islice(rest, _REQUEST_ROWS)):
            body = b"".join(map(line_of, batch))
            total += _change.decode(self._http.post("/v1/watches", body, query, _ROWS))
            sent(len(batch))
        return total

    def close(self) -> None:
        self._http.close()


def line_of(row: WatchRow) -> bytes:
    """Returns a row as a line of JSON, with the columns of a bank's file."""
    cells: dict[str, Any] = {"uscc": row.uscc, "customer_ref": row.customer_ref, "role": row.role}
    if row.filters is not None:
        cells |= {"min_level": row.filters.min_level, "kinds": row.filters.kinds, "provinces": row.filters.provinces}
    return codec.encode({name: value for name, value in cells.items() if value is not None}) + b"\n"


def _digest(rows: Iterable[WatchRow]) -> str:
    """The id of an upload follows from its rows, so that a later process finds it."""
    sha = hashlib.sha256()
    for row in rows:
        sha.update(line_of(row))
    return sha.hexdigest()[:32]


def _from(offset: int, rows: Iterable[WatchRow], sent: Callable[[int], None]) -> Iterator[bytes]:
    """Yields the bytes of the rows from an offset on, which is between two rows."""
    rest, skipped = iter(rows), 0
    while chunk := list(islice(rest, _CHUNK_ROWS)):
        lines = [line_of(row) for row in chunk]
        before = skipped
        skipped += sum(map(len, lines))
        if skipped > offset:
            yield b"".join(lines)[max(offset - before, 0) :]
        sent(len(chunk))
