"""Changes to banks' books, one at a time for each bank. Any other writer is fenced off, or fences this one off."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from consumers.books import book, watchlist
from consumers.books.book import BookTakenError
from consumers.books.watchlist import Difference, WatchRow
from liancheng import codec
from liancheng.records.alerts import Watch
from liancheng.settings import Settings
from service.engines.live_watches import LiveWatches
from transport import tables
from transport.fenced_writer import FencedError, FencedWriter
from transport.table_writer import TableRecord

_LOCK_TIMEOUT_S = 10.0  # for another change of the same book to end
_WRITERS_MAX = 64  # each has a few threads of librdkafka

Plan = Callable[[], Iterable[TableRecord]]


@dataclass
class _Writing:
    lock: threading.Lock = field(default_factory=threading.Lock)
    writer: FencedWriter | None = None


class BookKeeper:
    """For any thread."""

    def __init__(self, settings: Settings, live: LiveWatches) -> None:
        self._settings = settings
        self._live = live
        self._books: dict[str, _Writing] = {}
        self._lock = threading.Lock()

    def change(self, bank: str, plan: Plan, written: Callable[[int], None] = lambda _: None) -> None:
        """Writes what `plan` makes of the watches as they stand, and waits until the live copy has it.

        `plan` may be called twice: then nothing of its first result was written.

        Raises:
            StartingError: the watches have not been read yet.
            BookTakenError: another change of this book is in progress.
            UnavailableError: the broker refuses.
        """
        self._live.require_ready()
        writing = self._writing(bank)
        if not writing.lock.acquire(timeout=_LOCK_TIMEOUT_S):
            raise BookTakenError(bank, 0)
        try:
            self._change(bank, writing, plan, written)
        finally:
            writing.lock.release()

    def put(self, watch: Watch) -> bytes:
        """Sets a watch and returns its bytes. Raises as `change`."""
        raw = codec.encode(watch)
        self.change(
            watch.bank, lambda: () if self._live.watch(watch.bank, watch.uscc) == raw else book.standing([watch])
        )
        return raw

    def end(self, bank: str, uscc: str) -> None:
        """Ends a watch, if there is one. Raises as `change`."""
        self.change(bank, lambda: book.ended(bank, [uscc]) if self._live.watch(bank, uscc) else ())

    def merge(self, bank: str, rows: Sequence[WatchRow], *, remove: bool) -> Difference:
        """Adds rows to the book, or removes them, and returns what changed. Raises as `change`."""
        difference = Difference()

        def plan() -> Iterable[TableRecord]:
            nonlocal difference
            raws = self._live.watches(bank, sorted({row.uscc for row in rows}))
            standing = {uscc: codec.read(book.decode, raw, book.TOPIC.name) for uscc, raw in raws.items()}
            difference = watchlist.removing(standing, rows) if remove else watchlist.adding(bank, standing, rows)
            return book.records(bank, difference)

        if rows:
            self.change(bank, plan)
        return difference

    def _change(self, bank: str, writing: _Writing, plan: Plan, written: Callable[[int], None]) -> None:
        for again in (True, False):
            writer, writing.writer = writing.writer or self._new_writer(bank), None
            try:
                ends = writer.write(plan(), written)
            except FencedError as error:
                if again and not error.written:
                    continue
                raise BookTakenError(bank, error.written) from error
            writing.writer = writer
            self._live.await_reached(ends)
            return

    def _new_writer(self, bank: str) -> FencedWriter:
        """Returns the bank's writer from now on; the live copy has all that other writers wrote before."""
        writer = book.writer(self._settings, bank)
        places = [(book.TOPIC.name, number) for number in range(book.TOPIC.partitions)]
        self._live.await_reached(tables.high_watermarks(self._settings, places))
        return writer

    def _writing(self, bank: str) -> _Writing:
        with self._lock:
            writing = self._books.pop(bank, None) or _Writing()
            self._books[bank] = writing  # the last one used is the last in the dict
            for name in list(self._books)[: max(len(self._books) - _WRITERS_MAX, 0)]:
                if not self._books[name].lock.locked():
                    self._books[name].writer = None
            return writing
