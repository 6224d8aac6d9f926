"""Banks' webhooks: shown, set, deleted and tested."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from consumers.webhooks import webhook_table
from consumers.webhooks.live_webhooks import LiveWebhooks
from consumers.webhooks.poster import Poster, PostResult
from consumers.webhooks.secrets import Secrets
from consumers.webhooks.webhook_status import WebhookStatus, status_of
from liancheng.settings import Settings
from service.engines.bank_alerts import BankAlerts
from service.engines.errors import NotFoundError, StartingError, TooManyWebhooksError

_READ_BACK_S = 5.0


class WebhookKeeper:
    """For one event loop. Every method raises StartingError if the webhooks have not been read yet."""

    def __init__(self, settings: Settings, alerts: BankAlerts) -> None:
        self._settings = settings
        self._alerts = alerts
        self._live = LiveWebhooks(settings)
        self._secrets = Secrets(settings)
        self._poster = Poster(settings)

    def start(self) -> None:
        self._live.start()

    async def stop(self) -> None:
        self._live.stop()
        await self._poster.close()

    def all(self, bank: str) -> list[WebhookStatus]:
        """Returns a bank's webhooks by id."""
        return [status_of(*standing) for standing in self._ready().of(bank)]

    def get(self, bank: str, id_: str) -> WebhookStatus:
        """Raises NotFoundError."""
        return status_of(*self._standing(bank, id_))

    async def put(self, bank: str, id_: str, url: str, from_number: int | None, rotate_secret: bool) -> WebhookStatus:
        """Creates or changes a webhook, and returns it; with its secret if that is a new one.

        Raises:
            WrongUseError: the id or the URL is not allowed.
            TooManyWebhooksError: the bank has as many as it may have.
        """
        new = webhook_table.new_webhook(self._settings, self._secrets, (bank, id_), url, datetime.now(UTC))
        standing = self._ready().standing(new.key)
        if standing is None:
            limit = self._settings.webhooks_per_bank
            if len(self._live.of(bank)) >= limit:
                raise TooManyWebhooksError(f"this bank has {limit} webhooks", limit=limit)
            new = replace(new, from_number=await self._alerts.last(bank) + 1)
        hook, new_secret = webhook_table.next_webhook(standing, new, from_number, rotate_secret)
        await asyncio.to_thread(webhook_table.put, self._settings, hook)
        await _read_back(lambda: self._live.hooks.get(hook.key) == hook)
        return status_of(hook, self._live.state(hook), self._secrets.secret(hook) if new_secret else None)

    async def delete(self, bank: str, id_: str) -> None:
        """Raises NotFoundError."""
        hook, _ = self._standing(bank, id_)
        await asyncio.to_thread(webhook_table.delete, self._settings, hook.key)
        await _read_back(lambda: hook.key not in self._live.hooks)

    async def test(self, bank: str, id_: str) -> PostResult:
        """Posts a test message and returns what the receiver answered. Raises NotFoundError."""
        hook, _ = self._standing(bank, id_)
        return await self._poster.test(hook)

    def _ready(self) -> LiveWebhooks:
        if not self._live.caught_up:
            raise StartingError("the webhooks are being read")
        return self._live

    def _standing(self, bank: str, id_: str) -> webhook_table.Standing:
        standing = self._ready().standing(f"{bank}/{webhook_table.check_id(id_)}")
        if standing is None:
            raise NotFoundError(f"this bank has no webhook {id_}")
        return standing


async def _read_back(holds: Callable[[], bool]) -> None:
    """Waits until this process has read what it wrote, so that the next answer shows it."""
    deadline = time.monotonic() + _READ_BACK_S
    while not holds() and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
