"""Single entries from the view in batches: questions that arrive during a round trip to Redis share the next one."""

import asyncio

from consumers.view.reader import COMPANIES_MAX, AsyncView, Position

EntryBytes = tuple[bytes | None, Position]  # None: the company has no entry


class EntryBatcher:
    """For one event loop."""

    def __init__(self, view: AsyncView) -> None:
        self._view = view
        self._waiting: list[tuple[str, asyncio.Future[EntryBytes]]] = []
        self._task: asyncio.Task[None] | None = None

    async def entry(self, uscc: str) -> EntryBytes:
        """Returns an entry's bytes with the view's position in the same instant.

        Raises:
            StaleViewError: the view is not filled, or too old.
            UnavailableError: Redis does not answer.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[EntryBytes] = loop.create_future()
        self._waiting.append((uscc, future))
        if self._task is None:
            self._task = loop.create_task(self._read())
        return await future

    async def _read(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:COMPANIES_MAX], self._waiting[COMPANIES_MAX:]
            try:
                answer = await self._view.entries([uscc for uscc, _ in batch])
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for uscc, future in batch:
                if not future.done():  # its request may have been cancelled
                    future.set_result((answer.raw[uscc], answer.position))
        self._task = None
