"""A bank's book of watches on Kafka, for which only the office has the right."""

from collections.abc import Iterable

from consumers.books import book, watchlist
from consumers.books.watchlist import BookChange, WatchRow
from liancheng.records.alerts import Watch
from liancheng.settings import Settings


class KafkaBook:
    """The methods of `HttpBook`. Each change makes this process the one writer of the book."""

    def __init__(self, settings: Settings, bank: str) -> None:
        self._settings = settings
        self._bank = bank

    def read(self) -> dict[str, Watch]:
        return book.read(self._settings, self._bank)

    def add(self, rows: Iterable[WatchRow]) -> BookChange:
        taken = self._take()
        return taken.apply(watchlist.adding(self._bank, taken.watches, rows))

    def remove(self, rows: Iterable[WatchRow]) -> BookChange:
        taken = self._take()
        return taken.apply(watchlist.removing(taken.watches, rows))

    def replace(self, rows: Iterable[WatchRow], resume: bool = False, confirm: bool = False) -> BookChange:
        """`resume` changes nothing: only what differs is written anyway."""
        taken = self._take()
        difference = watchlist.replacing(taken.watches, watchlist.watches_of(self._bank, rows))
        if not confirm:
            watchlist.require_confirmed(self._bank, len(difference.removed), len(taken.watches))
        return taken.apply(difference)

    def _take(self) -> book.TakenBook:
        return book.TakenBook(self._settings, self._bank)

    def close(self) -> None:
        """Nothing is open between calls."""
