"""A bank's book of watches on its topic. Only the office reads and writes it there; banks use the HTTP service.

A process that changes a book first becomes its one writer (`liancheng.book.<bank>`) and then reads it: the writer
before it is fenced off, so no two changes mix.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from consumers.books.watchlist import BookChange, Difference
from liancheng import codec
from liancheng.errors import LianchengError
from liancheng.records import topics
from liancheng.records.alerts import Watch
from liancheng.settings import Settings
from transport import tables
from transport.fenced_writer import FencedError, FencedWriter
from transport.table_writer import TableRecord

TOPIC = topics.WATCHLISTS
decode = codec.decoder(Watch)


class BookTakenError(LianchengError):
    """Another change of the same book has begun; what this one had not written yet is not written."""

    def __init__(self, bank: str, written: int) -> None:
        super().__init__(
            f"{bank}: another change of the book has begun and replaces this one, "
            f"which wrote {written:,} watches: run it again"
        )
        self.written = written


class TakenBook:
    """A bank's book while its one writer changes it. `watches`: as they stood when it was taken."""

    def __init__(self, settings: Settings, bank: str) -> None:
        self._bank = bank
        self._writer = writer(settings, bank)
        self.watches = read(settings, bank)

    def apply(self, difference: Difference, written: Callable[[int], None] = lambda _: None) -> BookChange:
        """Writes the difference and returns its counts. `written` is called with how many more watches are written.

        Raises:
            BookTakenError: another change has begun.
            UnavailableError: the broker refuses.
        """
        try:
            self._writer.write(records(self._bank, difference), written)
        except FencedError as error:
            raise BookTakenError(self._bank, error.written) from error
        return difference.counts


def writer(settings: Settings, bank: str) -> FencedWriter:
    """Returns the one writer of a bank's book."""
    return FencedWriter(settings, f"liancheng.book.{bank}")


def read(settings: Settings, bank: str) -> dict[str, Watch]:
    """Returns the bank's watches as they stand, by USCC."""
    name = bank.encode()
    own = tables.newest(settings, TOPIC.name, range(TOPIC.partitions), lambda key: codec.pair_of(key)[1] == name)
    return {watch.uscc: watch for watch in (codec.read(decode, raw, TOPIC.name) for raw in own.values())}


def records(bank: str, difference: Difference) -> Iterator[TableRecord]:
    """Returns the records that make the difference."""
    yield from standing(chain(difference.added, difference.changed))
    yield from ended(bank, difference.removed)


def standing(watches: Iterable[Watch]) -> Iterator[TableRecord]:
    for watch in watches:
        yield _record(watch.bank, watch.uscc, codec.encode(watch), "watch", codec.digest(watch))


def ended(bank: str, usccs: Iterable[str]) -> Iterator[TableRecord]:
    for uscc in usccs:
        yield _record(bank, uscc, None, "watch_ended", "ended")


def _record(bank: str, uscc: str, value: bytes | None, type_: str, what: str) -> TableRecord:
    """A watch is on its company's partition, not on that of its own key: alerting joins it with the entry."""
    key = codec.pair_key(uscc, bank)
    partition = codec.murmur2_partition(uscc.encode(), TOPIC.partitions)
    headers = codec.headers(type_, f"/banks/{bank}".encode(), f"{key}/{what}")
    return TableRecord(TOPIC.name, key.encode(), value, headers, partition)
