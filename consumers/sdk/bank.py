"""What a bank's own programs use: each alert handled once, the book of watches, entries of the list."""

import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from consumers.books import book, watch_file, watchlist
from consumers.books.watchlist import BookChange, WatchRow
from consumers.reading import sanction_list
from consumers.sdk.alert_handler import AlertHandler, Channel, Handle
from consumers.sdk.alert_reader import AlertReader
from consumers.sdk.number_store import NumberStore, sqlite_store
from liancheng.errors import WrongUseError
from liancheng.records.alerts import Alert, Watch
from liancheng.records.entries import Entry
from liancheng.settings import Settings
from liancheng.text.identity import check_uscc
from transport import admin

if TYPE_CHECKING:
    from consumers.sdk.http_book import HttpBook

ChannelName = Literal["kafka", "http"]


class Bank:
    """One bank, for one thread. `reader` names who reads alerts: each name has its own place in them, and may be used
    by one process at a time.

    Args:
        road: how alerts come: from Kafka, or over HTTP (LIANCHENG_API_URL, LIANCHENG_API_KEY), which needs no broker.

    Watches are changed over HTTP wherever a key is set. Without one they are written to Kafka, for which only the
    office has the right.

    Raises:
        UnavailableError: no broker, a refused login.
        WrongUseError: the bank is not registered, or there is no key for HTTP.
    """

    def __init__(
        self, bank: str, settings: Settings | None = None, reader: str = "default", road: ChannelName = "kafka"
    ) -> None:
        self.id = bank
        self.settings = settings or Settings()
        self._reader = reader
        self._road = road
        self._alerts: AlertReader | None = None
        self._book = _book_over_http(self.settings, bank) if self.settings.api_key else None
        self._delivery: AlertHandler | None = None
        self._stopping = threading.Event()
        if road == "kafka":
            admin.require_bank(self.settings, bank)
        else:
            self._open_road().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Write down which alerts are done, and let go of the broker."""
        reader, self._alerts = self._alerts, None
        if reader:
            reader.close()
        if self._book:
            self._book.close()

    def run(self, handle: Handle, store: NumberStore | None = None, follow: bool = True) -> int:
        """Call `handle` once for each alert, in the order of their numbers, whatever dies in between.

        `handle(alert)`, or `handle(alert, connection)` to write in the same transaction as the alert's number: what it
        writes there is there exactly once. What it does elsewhere (an e-mail) may happen again when the process dies
        before the transaction ends. An error that it raises ends the run; the alert comes again next time.

        Args:
            store: where the numbers are kept; an SQLite file in the home unless given.
            follow: wait for further alerts until `stop`, and connect again as often as needed; otherwise end with
                the last one.

        Returns:
            How many alerts were handled.

        Raises:
            MissingAlertError: numbers are missing before an alert.
            UndigestibleError: a record is no alert.
            UnavailableError: the broker or the service refuses (following: it is logged and tried again).
        """
        count = 0
        delivery = self.deliver(store)
        try:
            for alert in delivery.alerts(follow):
                delivery.handle(alert, handle)
                count += 1
        finally:
            delivery.close()
            self._delivery = None
        return count - delivery.repeated

    def stop(self) -> None:
        """Let `run` end soon, with the alert that is being handled. From any thread, or a signal handler."""
        self._stopping.set()
        if self._delivery:
            self._delivery.stop()

    def deliver(self, store: NumberStore | None) -> AlertHandler:
        """What `run` takes its alerts from."""
        kept = store or sqlite_store(self.settings.home / "alerts" / f"{self.id}.{self._reader}.db")
        self._delivery = AlertHandler(self.id, self._reader, self._open_road, kept)
        if self._stopping.is_set():
            self._delivery.stop()
        return self._delivery

    def _open_road(self) -> Channel:
        if self._road == "http":
            from consumers.sdk.http_alerts import HttpChannel  # noqa: PLC0415

            return HttpChannel(self.id, self.settings)
        return AlertReader(self.id, self._reader, self.settings)

    def alerts(self, from_number: int | None = None, follow: bool = False) -> Iterator[Alert]:
        """The alerts after the last one that was `done`, or from a number on; each once, in order.

        The place is kept at the broker, and after a crash the last alerts come again: `run` has them exactly once.

        Args:
            from_number: start with this alert (1 is the first), whatever was done. What is `done` from then on is
                what is remembered; to look back and keep your place, use another `reader`.
            follow: wait for further alerts for ever; otherwise stop at the last one there is.

        Raises:
            MissingAlertError: numbers are missing before an alert.
            UndigestibleError: a record is no alert.
            WrongUseError: `from_number` is less than 1, or not there yet when not following.
            UnavailableError: the broker refuses.
        """
        return self._opened().alerts(from_number, follow)

    def done(self, alert: Alert) -> None:
        """This alert and all before it are handled: the next run starts after it.

        Written down every few hundred alerts, every second and at `close`: after a crash the last ones come again.
        """
        self._opened().done(alert.number)

    @property
    def repeated(self) -> int:
        """Alerts that came again since `alerts` was called, and were skipped."""
        return self._opened().numbers.repeated

    def watch(self, watches: Iterable[Watch | WatchRow | str]) -> BookChange:
        """Watch companies, by USCC or with your references, which are added to those that stand.

        Raises:
            WrongUseError: a USCC does not hold; nothing is written then.
        """
        rows = _rows(watches)
        if self._book:
            return self._book.add(rows)
        with book.taken(self.settings, self.id) as taken:
            difference = watchlist.adding(self.id, taken.watches, rows)
            taken.apply(difference)
        return difference.counts

    def unwatch(self, watches: Iterable[Watch | WatchRow | str]) -> BookChange:
        """End watches: by USCC altogether, with references only those, while others remain."""
        rows = _rows(watches)
        if self._book:
            return self._book.remove(rows)
        with book.taken(self.settings, self.id) as taken:
            difference = watchlist.removing(taken.watches, rows)
            taken.apply(difference)
        return difference.counts

    def replace_book(self, watches: Iterable[Watch | WatchRow | str], resume: bool = False) -> BookChange:
        """Make the whole book exactly this. Only what is different is written.

        Args:
            resume: over HTTP, go on with an upload of the same rows that a process before this one began.
        """
        rows = _rows(watches)
        if self._book:
            return self._book.replace(rows, resume)
        with book.taken(self.settings, self.id) as taken:
            difference = watchlist.replacing(taken.watches, watchlist.watches_of(self.id, rows))
            taken.apply(difference)
        return difference.counts

    def book(self) -> dict[str, Watch]:
        """The watches as they stand, by USCC."""
        return self._book.read() if self._book else book.read(self.settings, self.id)

    def entry(self, uscc: str) -> Entry | None:
        """A company's entry on the list now; None: it has none, its level is clear. Reads Kafka."""
        return sanction_list.read_entry(self.settings, checked(uscc))[0]

    def _opened(self) -> AlertReader:
        if self._road != "kafka":
            raise WrongUseError("alerts() reads Kafka: over HTTP use run()")
        if self._alerts is None:
            self._alerts = AlertReader(self.id, self._reader, self.settings)
        return self._alerts


def _book_over_http(settings: Settings, bank: str) -> "HttpBook":
    from consumers.sdk.http_book import HttpBook  # noqa: PLC0415 httpx takes 50 ms, and Kafka's road does without

    return HttpBook(settings, bank)


def checked(text: str) -> str:
    """A USCC as it is kept. Raises WrongUseError with what is wrong and how to mend it."""
    uscc, wrong = check_uscc(text)
    if uscc is not None:
        return uscc
    assert wrong, "what is refused is refused for a reason"
    raise WrongUseError(watch_file.sentence(wrong))


def _rows(watches: Iterable[Watch | WatchRow | str]) -> list[WatchRow]:
    rows: list[WatchRow] = []
    for item in watches:
        if isinstance(item, str):
            rows.append(WatchRow(checked(item)))
        elif isinstance(item, WatchRow):
            rows.append(WatchRow(checked(item.uscc), item.customer_ref, item.role, item.filters))
        else:
            uscc = checked(item.uscc)
            for reference in item.references:
                rows.append(WatchRow(uscc, reference.customer_ref, reference.role, item.filters))
            if not item.references:
                rows.append(WatchRow(uscc, filters=item.filters))
    return rows
