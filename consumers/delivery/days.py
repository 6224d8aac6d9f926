"""All alerts of one day in Shanghai."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from consumers.delivery.history import Pages
from consumers.reading.alert_records import AlertRecord
from consumers.reading.gapless import Gapless
from liancheng.errors import LianchengError
from liancheng.records.alert_counts import bounds

SETTLED_S = 60  # a minute after its end no record of a day arrives: transactions and retries are over


class DayNotOverError(LianchengError):
    """A day that may still get alerts cannot be counted."""

    def __init__(self, day: date, wait_s: float) -> None:
        super().__init__(f"{day} is not over in Shanghai: it can be counted in {wait_s:,.0f} s")
        self.wait_s = wait_s


class DayOfAlerts(NamedTuple):
    """`before`: the number of the last alert before the day. `alerts` can be read once."""

    before: int
    alerts: Iterator[AlertRecord]


def require_over(day: date, now: datetime) -> None:
    """Raises DayNotOverError until a minute after the day's end."""
    end = datetime.fromtimestamp(bounds(day)[1] / 1000, UTC).timestamp() + SETTLED_S
    if now.timestamp() < end:
        raise DayNotOverError(day, end - now.timestamp())


def alerts_of(pages: Pages, bank: str, day: date) -> DayOfAlerts:
    """Returns the alerts of a day, each once; of a day that is not over, those so far.

    Raises:
        MissingAlertError: while they are read, numbers are missing.
        UndigestibleError: a record is no alert.
    """
    begin_ms, end_ms = bounds(day)
    start, end = pages.first_since(bank, begin_ms), pages.first_since(bank, end_ms)
    before = pages.last_before(bank, start)
    return DayOfAlerts(before, _each(pages, Gapless(bank, before), start, end))


def _each(pages: Pages, numbers: Gapless, start: int, end: int) -> Iterator[AlertRecord]:
    return (record for record in pages.between(numbers.bank, start, end) if numbers.is_next(record.number))
