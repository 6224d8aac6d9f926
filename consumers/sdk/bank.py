"""What a bank's own programs use: each alert handled once, the book of watches, entries of the list."""

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, Protocol, Self

from consumers.books.watchlist import BookChange, WatchRow
from consumers.sdk.alert_handler import AlertHandler, Channel, Handle
from consumers.sdk.number_store import NumberStore, sqlite_store
from liancheng.errors import WrongUseError
from liancheng.records.alerts import Alert, Watch
from liancheng.records.entries import Entry
from liancheng.settings import Settings
from liancheng.text import uscc

if TYPE_CHECKING:
    from consumers.sdk.alert_reader import AlertReader

ChannelName = Literal["kafka", "http"]


class BookOfWatches(Protocol):
    """Where a bank's watches are read and changed."""

    def read(self) -> dict[str, Watch]: ...

    def add(self, rows: Iterable[WatchRow]) -> BookChange: ...

    def remove(self, rows: Iterable[WatchRow]) -> BookChange: ...

    def replace(self, rows: list[WatchRow], resume: bool = False, confirm: bool = False) -> BookChange: ...

    def close(self) -> None: ...


class Bank:
    """One bank, for one thread. Kafka's client and httpx are imported only if a channel needs them.

    Args:
        reader: names who reads alerts: each name has its own position in them, and one process uses it at a time.
        channel: how alerts arrive: from Kafka, or over HTTP (LIANCHENG_API_URL, LIANCHENG_API_KEY) without a broker.

    Watches are changed over HTTP if a key is set. Otherwise they are written to Kafka, for which only the office has
    the right.

    Raises:
        UnavailableError: no broker answers, or it refuses the login.
        WrongUseError: the bank is not registered, or there is no key for HTTP.
    """

    def __init__(
        self, bank: str, settings: Settings | None = None, reader: str = "default", channel: ChannelName = "kafka"
    ) -> None:
        self.id = bank
        self.settings = settings or Settings()
        self._reader = reader
        self._channel = channel
        self._alerts: AlertReader | None = None
        self._book = self._open_book()
        self._handler: AlertHandler | None = None
        self._stopping = threading.Event()
        if channel == "kafka":
            from transport import admin  # noqa: PLC0415

            admin.require_bank(self.settings, bank)
        else:
            self._open_channel().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Commits which alerts are done, and closes all connections."""
        reader, self._alerts = self._alerts, None
        if reader:
            reader.close()
        self._book.close()

    def run(self, handle: Handle, store: NumberStore | None = None, follow: bool = True) -> int:
        """Calls `handle` once for each alert, in the order of their numbers, whatever process dies in between.

        `handle(alert)`, or `handle(alert, connection)` to write in the same transaction as the alert's number: what it
        writes there is there exactly once. What it does elsewhere (an e-mail) may happen twice if the process dies
        before the transaction ends. An error that it raises ends the run; the alert comes again next time.

        Args:
            store: where the numbers are kept; by default an SQLite file in the home.
            follow: wait for further alerts until `stop`, and reconnect as often as needed; otherwise end with the
                last one.

        Returns:
            How many alerts were handled.

        Raises:
            MissingAlertError: numbers are missing before an alert.
            UndigestibleError: a record is no alert.
            UnavailableError: the broker or the service refuses (following: it is logged and tried again).
        """
        count = 0
        handler = self.handler(store)
        try:
            for alert in handler.alerts(follow):
                handler.handle(alert, handle)
                count += 1
        finally:
            handler.close()
            self._handler = None
        return count - handler.repeated

    def stop(self) -> None:
        """Ends `run` after the alert in progress. May be called from any thread, or a signal handler."""
        self._stopping.set()
        if self._handler:
            self._handler.stop()

    def handler(self, store: NumberStore | None) -> AlertHandler:
        """Returns what `run` takes its alerts from."""
        store = store or sqlite_store(self.settings.home / "alerts" / f"{self.id}.{self._reader}.db")
        self._handler = AlertHandler(self.id, self._reader, self._open_channel, store)
        if self._stopping.is_set():
            self._handler.stop()
        return self._handler

    def alerts(self, from_number: int | None = None, follow: bool = False) -> Iterator[Alert]:
        """Yields the alerts after the last one that is `done`, or from a number on; each once, in order.

        The position is kept at the broker, and after a crash the last alerts come again: `run` handles each once.

        Args:
            from_number: start with this alert (1 is the first), whatever is done. What is `done` from then on becomes
                the position; to look back and keep your position, use another `reader`.
            follow: wait for further alerts without end; otherwise stop at the last one.

        Raises:
            MissingAlertError: numbers are missing before an alert.
            UndigestibleError: a record is no alert.
            WrongUseError: `from_number` is less than 1, or does not exist yet (and `follow` is not set).
            UnavailableError: the broker refuses.
        """
        return self._opened().alerts(from_number, follow)

    def done(self, alert: Alert) -> None:
        """Marks this alert and all before it as handled: the next run starts after it.

        Committed every few hundred alerts, every second and at `close`: after a crash the last ones come again.
        """
        self._opened().done(alert.number)

    @property
    def repeated(self) -> int:
        """How many alerts came again since `alerts` was called, and were skipped."""
        return self._opened().numbers.repeated

    def watch(self, watches: Iterable[Watch | WatchRow | str]) -> BookChange:
        """Watches companies, by USCC or with your references, which are added to those that exist.

        Raises:
            WrongUseError: a USCC is invalid; nothing is written then.
        """
        return self._book.add(_rows(watches))

    def unwatch(self, watches: Iterable[Watch | WatchRow | str]) -> BookChange:
        """Ends watches: a USCC ends the whole watch, a reference only itself while others remain."""
        return self._book.remove(_rows(watches))

    def replace_book(
        self, watches: Iterable[Watch | WatchRow | str], resume: bool = False, confirm: bool = False
    ) -> BookChange:
        """Makes the whole book exactly this. Only what differs is written.

        Args:
            resume: over HTTP, continue an upload of the same rows that an earlier process began.
            confirm: also if that ends more than half of the book.

        Raises:
            WrongUseError: it would end more than half of the book, and `confirm` is not set.
        """
        return self._book.replace(_rows(watches), resume, confirm)

    def book(self) -> dict[str, Watch]:
        """Returns the current watches by USCC."""
        return self._book.read()

    def entry(self, code: str) -> Entry | None:
        """Returns a company's current entry; None if it has none, its level is clear. Reads Kafka."""
        from consumers.reading import sanction_list  # noqa: PLC0415

        return sanction_list.read_entry(self.settings, uscc.require(code))[0]

    def _open_book(self) -> BookOfWatches:
        if self.settings.api_key:
            from consumers.sdk.http_book import HttpBook  # noqa: PLC0415

            return HttpBook(self.settings, self.id)
        from consumers.sdk.kafka_book import KafkaBook  # noqa: PLC0415

        return KafkaBook(self.settings, self.id)

    def _open_channel(self) -> Channel:
        if self._channel == "http":
            from consumers.sdk.http_alerts import HttpChannel  # noqa: PLC0415

            return HttpChannel(self.id, self.settings)
        return self._open_reader()

    def _open_reader(self) -> "AlertReader":
        from consumers.sdk.alert_reader import AlertReader  # noqa: PLC0415

        return AlertReader(self.id, self._reader, self.settings)

    def _opened(self) -> "AlertReader":
        if self._channel != "kafka":
            raise WrongUseError("alerts() reads Kafka: over HTTP use run()")
        self._alerts = self._alerts or self._open_reader()
        return self._alerts


def _rows(watches: Iterable[Watch | WatchRow | str]) -> list[WatchRow]:
    rows: list[WatchRow] = []
    for item in watches:
        if isinstance(item, str):
            rows.append(WatchRow(uscc.require(item)))
        elif isinstance(item, WatchRow):
            rows.append(WatchRow(uscc.require(item.uscc), item.customer_ref, item.role, item.filters))
        else:
            code = uscc.require(item.uscc)
            for reference in item.references:
                rows.append(WatchRow(code, reference.customer_ref, reference.role, item.filters))
            if not item.references:
                rows.append(WatchRow(code, filters=item.filters))
    return rows
