"""Posts to a receiver: signed, to an allowed address, within a time limit; and what its answer means."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpcore

from consumers.webhooks import targets
from consumers.webhooks.secrets import Secrets
from liancheng import codec
from liancheng.errors import LianchengError
from liancheng.records.webhooks import Webhook
from liancheng.settings import Settings

_CONNECT_S = 5.0
_ANSWER_MAX = 2**16  # bytes of an answer that are read; a longer one costs the connection, nothing else
_RETRY_AFTER_MAX = timedelta(days=1)
_FIXED = [("content-type", "application/json"), ("user-agent", "liancheng-webhooks/1")]


class PostResult(NamedTuple):
    """`why`: what failed, shown to the bank; None: it was accepted. `gone`: the receiver wants no more."""

    why: str | None = None
    gone: bool = False
    retry_after: timedelta | None = None


class Poster:
    """For one event loop. Connections are kept open. No redirect is followed, no proxy used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._secrets = Secrets(settings)
        self._tls = ssl.create_default_context()
        self._network = targets.Guarded(settings)
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}

    async def post(self, hook: Webhook, message_id: str, body: bytes) -> PostResult:
        """Makes one attempt; a failure is in the result."""
        now = datetime.now(UTC)
        try:
            url = targets.check_url(hook.url, self._settings)
            headers = [*_FIXED, *self._secrets.headers(hook, message_id, now, body)]
            target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
            async with asyncio.timeout(self._settings.webhook_timeout_s):
                return await self._exchange(self._pool(hook.key), target, headers, body)
        except (TimeoutError, httpcore.TimeoutException):
            return PostResult(f"no answer within {self._settings.webhook_timeout_s:g} s")
        except LianchengError as error:
            return PostResult(str(error))
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            return PostResult(f"no connection: {str(error) or type(error).__name__}")

    async def test(self, hook: Webhook) -> PostResult:
        """Posts a test message, which is no alert."""
        now = datetime.now(UTC)
        body = codec.encode({"type": "test", "bank": hook.bank, "webhook": hook.id, "at": now})
        return await self.post(hook, f"test/{hook.key}/{now:%Y%m%dT%H%M%S%f}", body)

    async def close(self) -> None:
        for key in list(self._pools):
            await self.forget(key)

    async def forget(self, key: str) -> None:
        """Closes the connections of a webhook, by `<bank>/<id>`."""
        if pool := self._pools.pop(key, None):
            await pool.aclose()

    def _pool(self, key: str) -> httpcore.AsyncConnectionPool:
        """One per webhook: a pool for a hundred takes 13 ms of CPU per post instead of 0.6, to find a connection."""
        if key not in self._pools:
            self._pools[key] = httpcore.AsyncConnectionPool(
                ssl_context=self._tls, max_connections=2, keepalive_expiry=60, network_backend=self._network
            )
        return self._pools[key]

    async def _exchange(
        self, pool: httpcore.AsyncConnectionPool, url: httpcore.URL, headers: list[tuple[str, str]], body: bytes
    ) -> PostResult:
        seconds = self._settings.webhook_timeout_s
        timeouts = {"connect": min(_CONNECT_S, seconds), "read": seconds, "write": seconds, "pool": seconds}
        async with pool.stream("POST", url, headers=headers, content=body, extensions={"timeout": timeouts}) as got:
            left = _ANSWER_MAX
            async for part in got.aiter_stream():
                left -= len(part)
                if left < 0:
                    break
            return meaning(got.status, _header(got.headers, b"retry-after"), datetime.now(UTC))


def meaning(status: int, retry_after: str | None, now: datetime) -> PostResult:
    """Returns what a status means: 2xx accepted, 410 no more, everything else (redirects too) not accepted."""
    if 200 <= status < 300:
        return PostResult()
    if status == 410:
        return PostResult("the receiver answered 410: it wants no more", gone=True)
    return PostResult(f"the receiver answered {status}", retry_after=_retry_after(retry_after, now))


def _retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Returns Retry-After: seconds or a date (RFC 9110, 10.2.3); a day at most, None if it is neither."""
    if not text:
        return None
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:9]), _RETRY_AFTER_MAX.total_seconds()))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta()), _RETRY_AFTER_MAX)


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    return next((value.decode("latin-1").strip() for key, value in headers if key.lower() == name), None)
