"""What a bank's own programs use: alerts without a gap, the book of watches, entries of the list."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from consumers import book, sanction_list, watch_file, watchlist
from consumers.alert_reader import AlertReader
from consumers.watchlist import Difference, Row
from liancheng.alerts import Alert, Watch
from liancheng.entries import Entry
from liancheng.errors import WrongUseError
from liancheng.identity import check_uscc
from liancheng.settings import Settings
from transport import admin


class Bank:
    """One bank, for one thread. `reader` names who reads alerts: each name has its own place in them, and may be used
    by one process at a time.

    Raises:
        UnavailableError: no broker, a refused login.
        WrongUseError: the bank is not registered.
    """

    def __init__(self, bank: str, settings: Settings | None = None, reader: str = "default") -> None:
        self.id = bank
        self.settings = settings or Settings()
        admin.require_bank(self.settings, bank)
        self._reader = reader
        self._alerts: AlertReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Write down which alerts are done, and let go of the broker."""
        reader, self._alerts = self._alerts, None
        if reader:
            reader.close()

    def alerts(self, from_number: int | None = None, follow: bool = False) -> Iterator[Alert]:
        """The alerts after the last one that was `done`, or from a number on; each once, in order.

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

    def watch(self, watches: Iterable[Watch | Row | str]) -> Difference:
        """Watch companies, by USCC or with your references, which are added to those that stand.

        Raises:
            WrongUseError: a USCC does not hold; nothing is written then.
        """
        wanted = watchlist.watches_of(self.id, _rows(watches))
        difference = watchlist.adding(self.book(), wanted)
        book.apply(self.settings, self.id, difference)
        return difference

    def unwatch(self, watches: Iterable[Watch | Row | str]) -> Difference:
        """End watches: by USCC altogether, with references only those, while others remain."""
        difference = watchlist.removing(self.book(), _rows(watches))
        book.apply(self.settings, self.id, difference)
        return difference

    def book(self) -> dict[str, Watch]:
        """The watches as they stand, by USCC."""
        return book.read(self.settings, self.id)

    def entry(self, uscc: str) -> Entry | None:
        """A company's entry on the list now; None: it has none, its level is clear."""
        return sanction_list.read_entry(self.settings, checked(uscc))[0]

    def _opened(self) -> AlertReader:
        if self._alerts is None:
            self._alerts = AlertReader(self.id, self._reader, self.settings)
        return self._alerts


def checked(text: str) -> str:
    """A USCC as it is kept. Raises WrongUseError with what is wrong and how to mend it."""
    uscc, wrong = check_uscc(text)
    if uscc is not None:
        return uscc
    assert wrong, "what is refused is refused for a reason"
    raise WrongUseError(watch_file.sentence(wrong))


def _rows(watches: Iterable[Watch | Row | str]) -> list[Row]:
    rows: list[Row] = []
    for item in watches:
        if isinstance(item, str):
            rows.append(Row(checked(item)))
        elif isinstance(item, Row):
            rows.append(Row(checked(item.uscc), item.customer_ref, item.role))
        else:
            uscc = checked(item.uscc)
            rows.extend(Row(uscc, reference.customer_ref, reference.role) for reference in item.references)
            if not item.references:
                rows.append(Row(uscc))
    return rows
