"""`Bank` for asyncio."""

import asyncio
import inspect
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from consumers.books.watchlist import BookChange, WatchRow
from consumers.sdk.alert_handler import AlertHandler, Handle
from consumers.sdk.bank import Bank, ChannelName
from consumers.sdk.number_store import NumberStore, RepeatedAlertError
from liancheng.records.alerts import Alert, Watch
from liancheng.records.entries import Entry
from liancheng.settings import Settings

T = TypeVar("T")


class AsyncBank:
    """The methods of `Bank`, awaited. Used as `async with AsyncBank("bank-a") as bank`.

    All that waits for Kafka, HTTP or the store does so in one thread of its own.
    """

    def __init__(
        self, bank: str, settings: Settings | None = None, reader: str = "default", road: ChannelName = "kafka"
    ) -> None:
        self._made = (bank, settings, reader, road)
        self._thread = ThreadPoolExecutor(1, f"liancheng.{bank}")
        self._bank: Bank | None = None

    async def __aenter__(self) -> Self:
        self._bank = await self._there(lambda: Bank(*self._made))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the broker."""
        if self._bank:
            await self._there(self._bank.close)
        self._thread.shutdown()

    async def run(self, handle: Handle, store: NumberStore | None = None, follow: bool = True) -> int:
        """As `Bank.run`. `handle` may be a coroutine function: it is awaited within the transaction of its alert.

        A task that is cancelled leaves the alert that it was handling as if it had not been touched.
        """
        delivery = self._opened.deliver(store)
        coming, count = delivery.alerts(follow), 0
        try:
            while alert := await self._there(lambda: next(coming, None)):
                await self._handle(delivery, alert, handle)
                count += 1
        finally:
            delivery.stop()
            await asyncio.shield(self._there(delivery.close))
        return count - delivery.repeated

    async def _handle(self, delivery: AlertHandler, alert: Alert, handle: Handle) -> None:
        if not inspect.iscoroutinefunction(handle):
            await self._there(lambda: delivery.handle(alert, handle))
            return
        transaction = delivery.transaction(alert)
        try:
            connection = await self._there(transaction.__enter__)
        except RepeatedAlertError:
            delivery.repeated += 1
            return
        try:
            await handle(*delivery.arguments(alert, connection, handle))
        except BaseException as error:
            failed = error
            await asyncio.shield(self._there(lambda: transaction.__exit__(type(failed), failed, None)))
            raise
        await asyncio.shield(self._there(lambda: transaction.__exit__(None, None, None)))

    def stop(self) -> None:
        """Let `run` end soon, with the alert that is being handled."""
        self._opened.stop()

    async def watch(self, watches: Iterable[Watch | WatchRow | str]) -> BookChange:
        return await self._there(lambda: self._opened.watch(watches))

    async def unwatch(self, watches: Iterable[Watch | WatchRow | str]) -> BookChange:
        return await self._there(lambda: self._opened.unwatch(watches))

    async def replace_book(self, watches: Iterable[Watch | WatchRow | str], resume: bool = False) -> BookChange:
        return await self._there(lambda: self._opened.replace_book(watches, resume))

    async def book(self) -> dict[str, Watch]:
        return await self._there(self._opened.book)

    async def entry(self, uscc: str) -> Entry | None:
        return await self._there(lambda: self._opened.entry(uscc))

    @property
    def _opened(self) -> Bank:
        assert self._bank, "used as `async with`"
        return self._bank

    async def _there(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
