"""`Bank` for asyncio."""

import asyncio
import inspect
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
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

    Kafka, HTTP and the store are called in one thread of its own.
    """

    def __init__(
        self, bank: str, settings: Settings | None = None, reader: str = "default", channel: ChannelName = "kafka"
    ) -> None:
        self._made = (bank, settings, reader, channel)
        self._thread = ThreadPoolExecutor(1, f"liancheng.{bank}")
        self._bank: Bank | None = None

    async def __aenter__(self) -> Self:
        self._bank = await self._in_thread(lambda: Bank(*self._made))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes all connections."""
        if self._bank:
            await self._in_thread(self._bank.close)
        self._thread.shutdown()

    async def run(self, handle: Handle, store: NumberStore | None = None, follow: bool = True) -> int:
        """As `Bank.run`. `handle` may be a coroutine function: it is awaited within the transaction of its alert.

        A cancelled task rolls back the alert in progress.
        """
        handler = self._opened.handler(store)
        alerts, count = handler.alerts(follow), 0
        try:
            while alert := await self._in_thread(lambda: next(alerts, None)):
                await self._handle(handler, alert, handle)
                count += 1
        finally:
            handler.stop()
            await asyncio.shield(self._in_thread(handler.close))
        return count - handler.repeated

    async def _handle(self, handler: AlertHandler, alert: Alert, handle: Handle) -> None:
        if not inspect.iscoroutinefunction(handle):
            await self._in_thread(lambda: handler.handle(alert, handle))
            return
        transaction = handler.transaction(alert)
        try:
            connection = await self._in_thread(transaction.__enter__)
        except RepeatedAlertError:
            handler.repeated += 1
            return
        try:
            await handle(*handler.arguments(alert, connection, handle))
        except BaseException as error:
            failed = error
            await asyncio.shield(self._in_thread(lambda: transaction.__exit__(type(failed), failed, None)))
            raise
        await asyncio.shield(self._in_thread(lambda: transaction.__exit__(None, None, None)))

    def stop(self) -> None:
        """Ends `run` after the alert in progress."""
        self._opened.stop()

    async def watch(self, watches: Iterable[Watch | WatchRow | str]) -> BookChange:
        return await self._in_thread(lambda: self._opened.watch(watches))

    async def unwatch(self, watches: Iterable[Watch | WatchRow | str]) -> BookChange:
        return await self._in_thread(lambda: self._opened.unwatch(watches))

    async def replace_book(
        self, watches: Iterable[Watch | WatchRow | str], resume: bool = False, confirm: bool = False
    ) -> BookChange:
        return await self._in_thread(lambda: self._opened.replace_book(watches, resume, confirm))

    async def book(self) -> dict[str, Watch]:
        return await self._in_thread(self._opened.book)

    async def entry(self, uscc: str) -> Entry | None:
        return await self._in_thread(lambda: self._opened.entry(uscc))

    @property
    def _opened(self) -> Bank:
        assert self._bank, "used as `async with`"
        return self._bank

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
