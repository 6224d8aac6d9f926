"""A listener's position in its bank's alerts: pages from Kafka while it lags, the shared feed once it does not."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from consumers.delivery.history import Pages, Places
from consumers.delivery.tail import Tail
from consumers.reading.alert_records import AlertRecord
from liancheng.settings import Settings

T = TypeVar("T")

_READERS = 4  # clients that read history: few others wait for a long read


class AlertSource:
    """One tail and a few readers of history for all listeners of a process. Construct it in its event loop."""

    def __init__(self, settings: Settings) -> None:
        self.tail = Tail(settings)
        self._settings = settings
        self._places = Places()
        self._local = threading.local()
        self._opened: list[Pages] = []
        self._pool = ThreadPoolExecutor(_READERS, "liancheng.history")

    def pages(self) -> Pages:
        """Returns the reader of the calling thread, which must be one of `history`'s."""
        if not hasattr(self._local, "pages"):
            self._local.pages = Pages(self._settings, self._places)
            self._opened.append(self._local.pages)
        pages: Pages = self._local.pages
        return pages

    async def read(self, bank: str, first: int, limit: int, size: int) -> list[AlertRecord]:
        """See `Pages.read`."""
        return await self.history(lambda pages: pages.read(bank, first, limit, size))

    async def last(self, bank: str) -> int:
        """See `Pages.last`."""
        feed = await self.tail.feed(bank)
        if not feed.last and feed.found_last is None:
            feed.found_last = await self.history(lambda pages: pages.last(bank))
        return max(feed.last, feed.found_last or 0)

    async def history(self, work: Callable[[Pages], T]) -> T:
        """Runs `work` with a reader of history, in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(self.pages()))

    def stop(self) -> None:
        self.tail.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for pages in self._opened:
            pages.close()


class Cursor:
    """`next`: the number of the next alert."""

    def __init__(self, source: AlertSource, bank: str, first: int) -> None:
        self.bank = bank
        self.next = first
        self.live = False  # whether it has reached the newest alert
        self._source = source

    async def page(self, limit: int, size: int, wait_s: float) -> list[AlertRecord]:
        """Returns the next alerts, at once if there are any; otherwise it waits for one. Empty: none came in time.

        Raises:
            MissingAlertError: the next number is missing although later ones are there.
            UndigestibleError: a record is no alert.
            UnavailableError: the broker refuses.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_s
        while True:
            feed = await self._source.tail.feed(self.bank)
            changed = feed.changed
            if feed.failed:
                raise feed.failed
            alerts = feed.since(self.next, limit)
            if alerts is None:
                alerts = await self._source.read(self.bank, self.next, limit, size)
            else:
                self.live = True
            if alerts:
                self.next = alerts[-1].number + 1
                return alerts
            self.live = True
            try:
                await asyncio.wait_for(changed.wait(), max(deadline - loop.time(), 0))
            except TimeoutError:
                return []

    async def behind(self) -> int:
        """Returns how many alerts are still to come, as far as the feed knows."""
        feed = await self._source.tail.feed(self.bank)
        return max(feed.last + 1 - self.next, 0)
