"""A whole book replaces the one that stands: received row by row, then written where it is different."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, NamedTuple

from msgspec.structs import replace
from starlette.requests import ClientDisconnect

from consumers.books import book, watchlist
from consumers.books.watchlist import Difference, WatchRow
from liancheng import codec
from liancheng.settings import Settings
from service.engines.book_keeper import BookKeeper
from service.engines.live_watches import LiveWatches
from service.engines.upload_store import IncompleteError, Upload, UploadStore
from service.engines.watch_lines import Form, WatchLines
from service.web.problems import Problem
from transport.table_writer import TableRecord

_STAGE_EVERY = 5_000  # lines: what a broken connection costs at most


class Sent(NamedTuple):
    """A request's body: the bytes of an upload from an offset on."""

    offset: int
    form: Form
    encoding: str
    chunks: AsyncIterator[bytes]


class Replacing:
    """Uploads of whole books, from any event loop's tasks."""

    def __init__(self, settings: Settings, live: LiveWatches, keeper: BookKeeper) -> None:
        self.store = UploadStore(settings.home / "api" / f"uploads-{settings.api_port}.db")
        self._live = live
        self._keeper = keeper
        self._turns: dict[tuple[str, str], object] = {}  # whose request may write: the newest one's
        self._progress: dict[tuple[str, str], int] = {}

    def seen(self, bank: str, id_: str) -> Upload:
        """How far an upload is. Raises Problem: not-found."""
        upload = self.store.get(bank, id_)
        if upload is None:
            raise Problem("not-found", f"there is no upload {id_!r}, or it is older than a week")
        return replace(upload, written=self._progress.get((bank, id_), upload.written))

    async def receive(self, bank: str, id_: str, sent: Sent) -> Upload:
        """Take the rest of an upload, to its end.

        Raises:
            Problem: upload-offset, where it goes on elsewhere; upload-taken, where another request goes on with it.
        """
        upload = await asyncio.to_thread(self._opened, bank, id_, sent.offset)
        turn = self._turns[bank, id_] = object()
        lines = WatchLines(
            sent.form, sent.encoding, sent.form == "csv", header=upload.header, offset=upload.offset, lines=upload.lines
        )
        try:
            async for chunk in sent.chunks:
                lines.take(chunk)
                if lines.lines - upload.lines >= _STAGE_EVERY:
                    upload = await self._stage(bank, upload, lines, turn)
        except ClientDisconnect as error:
            await self._stage(bank, upload, lines, turn)
            raise Problem("bad-request", "the connection broke before the last row") from error
        lines.end()
        return await self._stage(bank, upload, lines, turn)

    def _opened(self, bank: str, id_: str, offset: int) -> Upload:
        known = self.store.get(bank, id_)
        if offset == 0:
            return self.store.begin(bank, id_)
        if known is None or known.offset != offset:
            there = known.offset if known else 0
            raise Problem("upload-offset", f"found the offset {offset}, this upload goes on at {there}", offset=there)
        return known

    async def _stage(self, bank: str, upload: Upload, lines: WatchLines, turn: object) -> Upload:
        if self._turns.get((bank, upload.id)) is not turn:
            raise Problem("upload-taken", "another request goes on with this upload")
        rows, refused = lines.drain()
        upload = replace(
            upload,
            header=lines.header,
            offset=lines.offset,
            lines=lines.lines,
            rows=upload.rows + len(rows),
            refused=upload.refused + len(refused),
        )
        await asyncio.to_thread(self.store.receive, bank, upload, rows, refused)
        return upload

    def apply(self, bank: str, upload: Upload) -> Upload:
        """Make the bank's book of what was received.

        As long as a row was refused it may be a customer who must not be lost: then nothing is removed.

        Raises:
            Problem: bad-request, where there is not one row.
            BookTakenError: another change of this book is under way.
        """
        if upload.state == "done":
            return upload
        if not upload.rows:
            detail = f"{upload.refused} rows were refused, and not one was taken: nothing was changed"
            raise Problem("bad-request", detail, refused=self.store.refused(bank, upload.id, 0, 20))
        key, counts = (bank, upload.id), Counter[str]()

        def plan() -> Iterator[TableRecord]:
            self._progress[key] = 0
            counts.clear()
            self.store.require_waiting(bank, upload)
            self.store.put(bank, replace(upload, state="applying"))
            return self._records(bank, upload, counts)

        def written(more: int) -> None:
            self._progress[key] = self._progress.get(key, 0) + more
            counts["written"] += more

        try:
            self._keeper.change(bank, plan, written)
        except IncompleteError as error:
            raise Problem("upload-taken", "it was done, or begun anew, by another request") from error
        finally:
            self._progress.pop(key, None)
        done = replace(upload, state="done", **counts)
        self.store.finish(bank, done)
        self._turns.pop(key, None)
        return done

    def _records(self, bank: str, upload: Upload, counts: Counter[str]) -> Iterator[TableRecord]:
        """What is different, company by company: both books come by USCC, and neither is held in memory."""
        for uscc, rows, raw in _joined(self.store.rows(bank, upload), self._live.after(bank)):
            difference = _of_one(bank, uscc, rows, raw, exactly=not upload.refused)
            for name in ("added", "changed", "removed"):
                counts[name] += len(getattr(difference, name))
            counts["unchanged"] += difference.unchanged
            yield from book.records(bank, difference)


def _of_one(bank: str, uscc: str, rows: list[WatchRow] | None, raw: bytes | None, *, exactly: bool) -> Difference:
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
    """Both sides' values of every key; both come in its order."""
    ours, theirs = iter(left), iter(right)
    one: Any = next(ours, None)
    other: Any = next(theirs, None)
    while one or other:
        uscc = min(pair[0] for pair in (one, other) if pair)
        mine = one[1] if one and one[0] == uscc else None
        its = other[1] if other and other[0] == uscc else None
        yield uscc, mine, its
        one = next(ours, None) if mine is not None else one
        other = next(theirs, None) if its is not None else other
