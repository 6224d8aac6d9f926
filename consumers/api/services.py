"""What the routers share: made with the app, started and stopped with it."""

from typing import cast

from fastapi import Request

from consumers.api.book_keeper import BookKeeper
from consumers.api.limits import Limits
from consumers.api.live_register import LiveRegister
from consumers.api.live_watches import LiveWatches
from consumers.api.replacing import Replacing
from liancheng.settings import Settings


class Services:
    """One of each for a process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.register = LiveRegister(settings)
        self.limits = Limits()
        self.watches = LiveWatches(settings)
        self.books = BookKeeper(settings, self.watches)
        self.replacing = Replacing(settings, self.watches, self.books)

    async def start(self) -> None:
        self.register.start()
        self.watches.start()
        self.replacing.store.open()

    async def stop(self) -> None:
        self.register.stop()
        self.watches.stop()

    def health(self) -> tuple[bool, dict[str, object]]:
        """Whether it can answer at all, and what to know beside."""
        ready = self.register.caught_up.is_set()
        return ready, {"ready": ready, "banks": len(self.register.banks)}


def services(request: Request) -> Services:
    """Those of the app that answers this request."""
    return cast(Services, request.app.state.services)
