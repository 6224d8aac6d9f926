"""Changing banks' books: one change of a bank's book at a time, whoever else changes it is fenced off or fences us."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from consumers.books import book
from consumers.books.book import BookTakenError
from liancheng.settings import Settings
from service.engines.live_watches import LiveWatches
from transport import tables
from transport.fenced_writer import FencedError, FencedWriter
from transport.table_writer import TableRecord

_PATIENCE_S = 10.0  # for another change of the same book to end
_MOST_OPEN = 64  # each has a few threads of librdkafka

Plan = Callable[[], Iterable[TableRecord]]


@dataclass
class _Book:
    lock: threading.Lock = field(default_factory=threading.Lock)
    writer: FencedWriter | None = None


class BookKeeper:
    """Used from any thread."""

    def __init__(self, settings: Settings, live: LiveWatches) -> None:
        self._settings = settings
        self._live = live
        self._books: dict[str, _Book] = {}
        self._lock = threading.Lock()

    def change(self, bank: str, plan: Plan, written: Callable[[int], None] = lambda _: None) -> None:
        """Write what `plan` makes of the watches as they stand, and wait until they are to be seen here.

        `plan` may be called twice: what it made is then worth nothing, and nothing of it was written.

        Raises:
            BookTakenError: another change of this book is under way.
            UnavailableError: the broker refuses.
        """
        one = self._book(bank)
        if not one.lock.acquire(timeout=_PATIENCE_S):
            raise BookTakenError(bank, 0)
        try:
            self._change(bank, one, plan, written)
        finally:
            one.lock.release()

    def _change(self, bank: str, one: _Book, plan: Plan, written: Callable[[int], None]) -> None:
        for again in (True, False):
            writer, one.writer = one.writer or self._begun(bank), None
            try:
                ends = writer.write(plan(), written)
            except FencedError as error:
                if again and not error.written:
                    continue
                raise BookTakenError(bank, error.written) from error
            one.writer = writer
            self._live.await_reached(ends)
            return

    def _begun(self, bank: str) -> FencedWriter:
        """The bank's writer from now on, with all in sight that others wrote before."""
        writer = book.writer(self._settings, bank)
        places = [(book.TOPIC.name, number) for number in range(book.TOPIC.partitions)]
        self._live.await_reached(tables.high_watermarks(self._settings, places))
        return writer

    def _book(self, bank: str) -> _Book:
        with self._lock:
            one = self._books.pop(bank, None) or _Book()
            self._books[bank] = one  # the last one used stands last
            for name in list(self._books)[: max(len(self._books) - _MOST_OPEN, 0)]:
                if not self._books[name].lock.locked():
                    self._books[name].writer = None
            return one
