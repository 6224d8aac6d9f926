"""A bank in the demonstration: follows its alerts in a thread and prints them as they come."""

import threading
import time
from datetime import UTC, datetime, timedelta

import typer
from rich.cells import set_cell_size

from cli.alerts.lines import COLOURS, levels
from cli.shared.terminal import say
from consumers.books.watchlist import WatchRow
from consumers.sdk import Bank
from demo.story import Company
from liancheng.records.alerts import Alert
from liancheng.settings import Settings

ON_ITS_WAY = timedelta(seconds=1)  # the kill also delays what was published shortly before it
SHOWN = 8  # alerts of a bank that are printed in full; the rest is counted


class BankDesk(threading.Thread):
    """`delays` holds, for each alert, when its event was published and the milliseconds until it was read."""

    def __init__(self, bank: str, settings: Settings, colour: bool) -> None:
        super().__init__(name=bank, daemon=True)
        self.bank = bank
        self.settings = settings
        self.colour = colour
        self.numbers: list[int] = []
        self.delays: list[tuple[datetime, float]] = []
        self.last_at = time.monotonic()
        self.error: Exception | None = None

    def watch(self, companies: list[Company]) -> None:
        with Bank(self.bank, self.settings) as bank:
            bank.watch(WatchRow(company.uscc, f"客户{number:04d}") for number, company in enumerate(companies, 1))

    def run(self) -> None:
        try:
            with Bank(self.bank, self.settings) as bank:
                for alert in bank.alerts(follow=True):
                    self._take(alert)
                    bank.done(alert)
        except Exception as error:
            self.error = error

    def _take(self, alert: Alert) -> None:
        now = datetime.now(UTC)
        self.last_at = time.monotonic()
        self.numbers.append(alert.number)
        delay_ms = (now - alert.submitted_at).total_seconds() * 1000 if alert.submitted_at else None
        if alert.submitted_at and delay_ms is not None:
            self.delays.append((alert.submitted_at, delay_ms))
        if len(self.numbers) <= SHOWN:
            say(f"{self.bank} {self._line(alert, delay_ms)}")
        elif len(self.numbers) == SHOWN + 1:
            say(f"{self.bank}   … and so on (the rest is counted)")

    def _line(self, alert: Alert, delay_ms: float | None) -> str:
        """Number, kind, company, level before and after, delay; with the bank's name at most 80 columns."""
        kind = f"{alert.kind:<9}"
        shown = typer.style(kind, fg=COLOURS.get(alert.kind)) if self.colour else kind
        delay = f"{delay_ms:>5.0f} ms" if delay_ms is not None else ""
        return f"{alert.number:>2} {shown} {set_cell_size(alert.name, 26)} {levels(alert):<21}{delay}"

    @property
    def gapless(self) -> bool:
        return self.numbers == list(range(1, len(self.numbers) + 1))

    def row(self, killed_at: datetime) -> list[object]:
        """Name, count, whether the numbers have gaps, p50 and p99 of what was published before the kill, the slowest.

        What was published within a second before the kill is left out of p50 and p99.
        """
        calm = sorted(delay for at, delay in self.delays if at < killed_at - ON_ITS_WAY) or [0.0]
        numbers = f"1…{self.numbers[-1]} without a gap" if self.numbers and self.gapless else "NOT GAPLESS"
        p50, p99 = calm[len(calm) // 2], calm[int(len(calm) * 0.99)]
        slowest = max((delay for _, delay in self.delays), default=0.0)
        return [self.bank, len(self.numbers), numbers, f"{p50:.0f}", f"{p99:.0f}", f"{slowest:,.0f}"]
