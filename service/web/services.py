"""What the routers share: made with the app, started and stopped with it."""

from typing import cast

from fastapi import Request

from consumers.delivery.cursor import AlertSource
from consumers.reading.signatures import Signer
from consumers.view.reader import AsyncView
from consumers.webhooks.live_webhooks import LiveWebhooks
from consumers.webhooks.poster import Poster
from consumers.webhooks.secrets import Secrets
from liancheng.settings import Settings
from service.engines.answers import Receipts
from service.engines.book_keeper import BookKeeper
from service.engines.book_replacement import Replacing
from service.engines.gathering import Gathered
from service.engines.live_list import LiveList
from service.engines.live_register import LiveRegister
from service.engines.live_watches import LiveWatches
from service.engines.receipt_log import ReceiptLog
from service.web.limits import Limits
from service.web.listeners import Listeners


class Services:
    """One of each for a process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.register = LiveRegister(settings)
        self.limits = Limits()
        self.view = AsyncView(settings)
        self.one = Gathered(self.view)
        self.list = LiveList(settings)
        self.signer = Signer(settings)
        self._log = ReceiptLog(settings)
        self.receipts = Receipts(self.signer, self._log)
        self.watches = LiveWatches(settings)
        self.books = BookKeeper(settings, self.watches)
        self.replacing = Replacing(settings, self.watches, self.books)
        self.listeners = Listeners()
        self.hooks = LiveWebhooks(settings)
        self.secrets = Secrets(settings)

    async def start(self) -> None:
        self.register.start()
        self.list.start()
        self._log.start()
        self.watches.start()
        self.replacing.store.open()
        self.hooks.start()
        self.alerts = AlertSource(self.settings)
        self.poster = Poster(self.settings)

    async def stop(self) -> None:
        self.register.stop()
        self.list.stop()
        self._log.stop()
        self.watches.stop()
        await self.view.close()
        self.hooks.stop()
        self.alerts.stop()
        await self.poster.close()

    def health(self) -> tuple[bool, dict[str, object]]:
        """Whether it can answer at all, and what to know beside."""
        ready = self.register.caught_up.is_set()
        names = {"ready": self.list.ready, "progress": self.list.progress}
        return ready, {"ready": ready, "banks": len(self.register.banks), "names": names}


def services(request: Request) -> Services:
    """Those of the app that answers this request."""
    return cast(Services, request.app.state.services)
