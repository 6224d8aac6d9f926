"""One webhook's position in its bank's alerts: in order, one at a time, each repeated until it is accepted."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from consumers.delivery.cursor import AlertSource, Cursor
from consumers.reading.alert_records import AlertRecord
from consumers.webhooks import metrics
from consumers.webhooks.poster import Poster, PostResult
from liancheng.errors import LianchengError, UnavailableError
from liancheng.records.webhooks import Webhook, WebhookState, pause
from liancheng.settings import Settings

log = logging.getLogger("liancheng.webhooks")

_PAGE_ALERTS, _PAGE_BYTES = 20, 2**18  # what one webhook holds in memory
_WAIT_S = 60.0
_RETRY_S = 1.0


class Shared(NamedTuple):
    """What all endpoints use. `record` takes each new state."""

    alerts: AlertSource
    poster: Poster
    record: Callable[[WebhookState], None]
    settings: Settings


class Endpoint:
    """Posts the alerts of one webhook. Endpoints run independently of each other."""

    def __init__(self, hook: Webhook, state: WebhookState, shared: Shared) -> None:
        self.hook = hook
        self.state = state
        self._alerts, self._poster, self._record, self._settings = shared

    async def run(self) -> None:
        """Posts until the webhook ends (dead or gone), or the task is cancelled."""
        await self._pause()
        cursor = self._cursor()
        while not self.state.ended:
            try:
                for record in await cursor.page(_PAGE_ALERTS, _PAGE_BYTES, _WAIT_S):
                    await self._post_until_accepted(record)
                    if self.state.ended:
                        return
            except UnavailableError as error:
                log.warning("webhook %s: %s", self.hook.key, error)
                await asyncio.sleep(_RETRY_S)
                cursor = self._cursor()
            except LianchengError as error:  # a gap or no alert: never skipped; the bank and the office see the reason
                self._failed(PostResult(str(error)))
                await self._pause()
                cursor = self._cursor()

    def _cursor(self) -> Cursor:
        return Cursor(self._alerts, self.hook.bank, self.state.delivered + 1)

    async def _post_until_accepted(self, record: AlertRecord) -> None:
        while not self.state.ended:
            result = await self._poster.post(self.hook, record.id, record.json)
            if result.why is None:
                metrics.ATTEMPTS.labels("taken").inc()
                metrics.DELAY.observe(max(time.time() - record.at_ms / 1000, 0))
                state = self.state
                self._set(WebhookState(bank=state.bank, id=state.id, epoch=state.epoch, delivered=record.number))
                return
            metrics.ATTEMPTS.labels("failed").inc()
            self._failed(result)
            await self._pause()

    def _failed(self, result: PostResult) -> None:
        now = datetime.now(UTC)
        state = self.state
        since, failures = state.failing_since or now, state.failures + 1
        state = replace(state, failures=failures, failing_since=since, last_error=result.why, next_try_at=None)
        if result.gone:
            state = replace(state, health="gone")
        elif now - since >= timedelta(days=self._settings.webhook_give_up_days):
            state = replace(state, health="dead")
        else:
            first = timedelta(seconds=self._settings.webhook_retry_first_s)
            what = f"{self.hook.key}/{state.delivered + 1}"
            wait = pause(first, failures, what, result.retry_after)
            state = replace(state, health="failing", next_try_at=now + wait)
        log.info("webhook %s: alert %d: %s", self.hook.key, state.delivered + 1, result.why)
        self._set(state)

    async def _pause(self) -> None:
        if at := self.state.next_try_at:
            await asyncio.sleep(max((at - datetime.now(UTC)).total_seconds(), 0))

    def _set(self, state: WebhookState) -> None:
        self.state = state
        self._record(state)
