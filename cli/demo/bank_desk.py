"""A bank in the demonstration: follows its alerts in a thread and prints them as they come."""

import threading
import time
from datetime import UTC, datetime

from cli.alert_lines import line
from cli.demo.story import Company
from cli.terminal import say
from consumers import Bank
from consumers.watchlist import Row
from liancheng.alerts import Alert
from liancheng.settings import Settings

SHOWN = 12  # alerts a bank prints in full; the others are counted


class BankDesk(threading.Thread):
    """`milliseconds` holds, for each alert, the time from publishing to having read it; `numbers` their numbers."""

    def __init__(self, bank: str, settings: Settings, colour: bool) -> None:
        super().__init__(name=bank, daemon=True)
        self.bank = bank
        self.settings = settings
        self.colour = colour
        self.numbers: list[int] = []
        self.milliseconds: list[float] = []
        self.last_at = time.monotonic()
        self.error: Exception | None = None

    def watch(self, companies: list[Company]) -> None:
        with Bank(self.bank, self.settings) as bank:
            bank.watch(Row(company.uscc, f"客户{number:04d}") for number, company in enumerate(companies, 1))

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
        if alert.submitted_at:
            self.milliseconds.append((now - alert.submitted_at).total_seconds() * 1000)
        if len(self.numbers) <= SHOWN:
            say(f"{self.bank}  {line(alert, self.colour)}")
        elif len(self.numbers) == SHOWN + 1:
            say(f"{self.bank}  … and so on (the rest is counted)")

    @property
    def gapless(self) -> bool:
        return self.numbers == list(range(1, len(self.numbers) + 1))
