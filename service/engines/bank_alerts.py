"""Banks' alerts by number, read from Kafka for all requests of the process."""

from datetime import UTC, date, datetime

from consumers.delivery import days
from consumers.delivery.cursor import AlertSource, Cursor
from consumers.delivery.history import Pages
from consumers.reading.signatures import Signer
from liancheng.records.alert_counts import AlertCount, counted
from liancheng.settings import Settings


class BankAlerts:
    """Start it in the event loop that uses it."""

    def __init__(self, settings: Settings, signer: Signer) -> None:
        self._settings = settings
        self._signer = signer

    def start(self) -> None:
        self._source = AlertSource(self._settings)

    def stop(self) -> None:
        self._source.stop()

    def cursor(self, bank: str, first: int) -> Cursor:
        """Returns a cursor over a bank's alerts from a number on."""
        return Cursor(self._source, bank, first)

    async def last(self, bank: str) -> int:
        """Returns the newest number of a bank's alerts; 0 if there are none."""
        return await self._source.last(bank)

    async def count(self, bank: str, day: date) -> AlertCount:
        """Returns the signed statement of how many alerts a bank got on a day.

        Raises:
            DayNotOverError: the day may still get alerts.
            MissingAlertError: numbers are missing on the topic.
        """
        days.require_over(day, datetime.now(UTC))

        def read(pages: Pages) -> AlertCount:
            before, alerts = days.alerts_of(pages, bank, day)
            return counted(bank, day, before, (alert.json for alert in alerts), self._signer.id)

        statement = await self._source.history(read)
        return self._signer.sign(statement)
