"""A whole book replaces the one that stands: received row by row, then only the differences are written."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from msgspec.structs import replace

from consumers.books import book, watchlist
from consumers.books.watch_file import NEEDED, RefusedWatchRow, row_of
from consumers.books.watchlist import Difference, WatchRow
from file_formats.bank_rows import BankRow, BankStream, Progress
from liancheng import codec
from liancheng.settings import Settings
from service.engines.book_keeper import BookKeeper
from service.engines.errors import BodyInterruptedError, NoRowsError, NotFoundError, UploadOffsetError, UploadTakenError
from service.engines.live_watches import LiveWatches
from service.engines.upload_store import Upload, UploadStore
from transport.table_writer import TableRecord

_LINES_PER_STAGE = 5_000  # what a broken connection costs at most


class UploadBody(NamedTuple):
    """The bytes of an upload from an offset on. Reading `chunks` raises BodyInterruptedError if they break off."""

    offset: int
    is_json: bool
    encoding: str | None  # None: it is seen from the bytes
    chunks: AsyncIterator[bytes]


class BookReplacement:
    """Uploads of whole books. For one event loop."""

    def __init__(self, settings: Settings, live: LiveWatches, keeper: BookKeeper) -> None:
        self.store = UploadStore(settings.home / "api" / f"uploads-{settings.api_port}.db")
        self._live = live
        self._keeper = keeper
        self._turns: dict[tuple[str, str], object] = {}  # the newest request for an upload, which alone may write
        self._progress: dict[tuple[str, str], int] = {}

    def start(self) -> None:
        self.store.open()

    def upload(self, bank: str, id_: str) -> Upload:
        """Returns how far an upload is. Raises NotFoundError."""
        upload = self.store.get(bank, id_)
        if upload is None:
            raise NotFoundError(f"there is no upload {id_!r}, or it is older than a week")
        return replace(upload, written=self._progress.get((bank, id_), upload.written))

    async def receive(self, bank: str, id_: str, body: UploadBody) -> Upload:
        """Reads the rest of an upload, to its end.

        Raises:
            StartingError: the watches have not been read yet.
            UploadOffsetError: the upload resumes at another offset.
            UploadTakenError: another request has taken over the upload.
            BodyInterruptedError: the connection broke; the upload can be resumed.
        """
        self._live.require_ready()
        upload = await asyncio.to_thread(self._opened, bank, id_, body.offset)
        turn = self._turns[bank, id_] = object()
        start = Progress(upload.offset, upload.lines, upload.header, upload.delimiter)
        lines = BankStream(NEEDED, is_json=body.is_json, encoding=body.encoding, start=start)
        rows: list[BankRow] = []
        try:
            async for chunk in body.chunks:
                rows += lines.take(chunk)
                if lines.progress.lines - upload.lines >= _LINES_PER_STAGE:
                    upload, rows = await self._stage(bank, upload, lines, rows, turn), []
        except BodyInterruptedError:
            await self._stage(bank, upload, lines, rows, turn)
            raise
        rows += lines.end()
        return await self._stage(bank, upload, lines, rows, turn)

    def _opened(self, bank: str, id_: str, offset: int) -> Upload:
        known = self.store.get(bank, id_)
        if offset == 0:
            return self.store.begin(bank, id_)
        if known is None or known.offset != offset:
            resume = known.offset if known else 0
            raise UploadOffsetError(f"found the offset {offset}, this upload resumes at {resume}", offset=resume)
        return known

    async def _stage(self, bank: str, upload: Upload, lines: BankStream, read: list[BankRow], turn: object) -> Upload:
        if self._turns.get((bank, upload.id)) is not turn:
            raise UploadTakenError("another request has taken over this upload")
        checked = [(row.line, row_of(row, needs_reference=not lines.is_json)) for row in read]
        rows = [(line, row) for line, row in checked if isinstance(row, WatchRow)]
        refused = [row for _, row in checked if isinstance(row, RefusedWatchRow)]
        upload = replace(
            upload,
            header=lines.progress.header,
            delimiter=lines.progress.delimiter,
            offset=lines.progress.offset,
            lines=lines.progress.lines,
            rows=upload.rows + len(rows),
            refused=upload.refused + len(refused),
        )
        await asyncio.to_thread(self.store.receive, bank, upload, rows, refused)
        return upload

    def apply(self, bank: str, upload: Upload, confirm: bool = False) -> Upload:
        """Makes what was received the bank's book.

        A refused row may be a customer who must not be lost, so nothing is removed if there is one.

        Raises:
            NoRowsError: every row was refused.
            BookShrinksError: more than half of the book would end, and `confirm` is not set.
            UploadTakenError: another request finished or restarted the upload.
            BookTakenError: another change of this book is under way.
        """
        if upload.state == "done":
            return upload
        if not upload.rows:
            detail = f"{upload.refused} rows were refused and none accepted: nothing was changed"
            raise NoRowsError(detail, refused=self.store.refused(bank, upload.id, 0, 20))
        key, counts = (bank, upload.id), Counter[str]()

        def plan() -> Iterator[TableRecord]:
            self._progress[key] = 0
            counts.clear()
            self.store.require_waiting(bank, upload)
            if not confirm and not upload.refused:
                self._require_confirmed(bank, upload)
            self.store.put(bank, replace(upload, state="applying"))
            return self._records(bank, upload, counts)

        def written(more: int) -> None:
            self._progress[key] = self._progress.get(key, 0) + more
            counts["written"] += more

        try:
            self._keeper.change(bank, plan, written)
        finally:
            self._progress.pop(key, None)
        done = replace(upload, state="done", **counts)
        self.store.finish(bank, done)
        self._turns.pop(key, None)
        return done

    def _require_confirmed(self, bank: str, upload: Upload) -> None:
        removed = standing = 0
        received = ((uscc, list[WatchRow]()) for uscc in self.store.companies(bank, upload))
        for _, rows, raw in _joined(received, self._live.after(bank)):
            removed += rows is None
            standing += raw is not None
        watchlist.require_confirmed(bank, removed, standing)

    def _records(self, bank: str, upload: Upload, counts: Counter[str]) -> Iterator[TableRecord]:
        """Yields what is different, company by company: both books come by USCC, and neither is held in memory."""
        for uscc, rows, raw in _joined(self.store.rows(bank, upload), self._live.after(bank)):
            difference = _difference(bank, uscc, rows, raw, exactly=not upload.refused)
            for name in ("added", "changed", "removed"):
                counts[name] += len(getattr(difference, name))
            counts["unchanged"] += difference.unchanged
            yield from book.records(bank, difference)


def _difference(bank: str, uscc: str, rows: list[WatchRow] | None, raw: bytes | None, *, exactly: bool) -> Difference:
    if rows is None:
        return Difference(removed=(uscc,)) if exactly else Difference(unchanged=1)
    if raw is None:
        return Difference(added=tuple(watchlist.watches_of(bank, rows).values()))
    if exactly:
        (wanted,) = watchlist.watches_of(bank, rows).values()
        return Difference(unchanged=1) if codec.encode(wanted) == raw else Difference(changed=(wanted,))
    standing = {uscc: codec.read(book.decode, raw, book.TOPIC.name)}
    return watchlist.adding(bank, standing, rows)


def _joined(
    left: Iterable[tuple[str, list[WatchRow]]], right: Iterable[tuple[str, bytes]]
) -> Iterator[tuple[str, list[WatchRow] | None, bytes | None]]:
    """Yields both sides' values of every key; both sides are sorted by it."""
    pairs = merge(((key, 0, rows) for key, rows in left), ((key, 1, raw) for key, raw in right), key=itemgetter(0, 1))
    for key, group in groupby(pairs, itemgetter(0)):
        sides: dict[int, Any] = {side: value for _, side, value in group}
        yield key, sides.get(0), sides.get(1)
