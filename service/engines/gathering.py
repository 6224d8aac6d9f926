"""Questions that come while Redis is being asked go to it together: one round trip for all of them."""

import asyncio

from consumers.view.reader import MOST, AsyncView, Position

Found = tuple[bytes | None, Position]


class Gathered:
    """Single companies from the view, each with the position of its instant. For one event loop."""

    def __init__(self, view: AsyncView) -> None:
        self._view = view
        self._waiting: list[tuple[str, asyncio.Future[Found]]] = []
        self._task: asyncio.Task[None] | None = None

    async def entry(self, uscc: str) -> Found:
        """An entry's bytes (None: there is none).

        Raises:
            StaleViewError: the view is not filled, or too old.
            UnavailableError: Redis does not answer.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Found] = loop.create_future()
        self._waiting.append((uscc, future))
        if self._task is None:
            self._task = loop.create_task(self._ask())
        return await future

    async def _ask(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                answer = await self._view.entries([uscc for uscc, _ in asked])
            except Exception as error:
                for _, future in asked:
                    if not future.done():
                        future.set_exception(error)
                continue
            for uscc, future in asked:
                if not future.done():  # whoever asked may have gone
                    future.set_result((answer.raw[uscc], answer.position))
        self._task = None
