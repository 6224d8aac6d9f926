"""Clients of the Redis or Valkey that holds the screening view. Only this file constructs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import redis
import redis.asyncio
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.retry import Retry

from liancheng.errors import UnavailableError, WrongUseError
from liancheng.settings import Settings

_TIMEOUT_S = 5.0
_READ_RETRIES = 2  # a server that was just restarted; the caller decides on longer waits
_SOON = ExponentialWithJitterBackoff(cap=0.2, base=0.02)


def writer(settings: Settings) -> redis.Redis:
    """Returns a client that never repeats a command: a writer must first find out whether it took effect."""
    client: redis.Redis = _made(redis.Redis, settings, Retry(ExponentialWithJitterBackoff(), 0))
    return client


def reader(settings: Settings) -> redis.Redis:
    """Returns a client for reading; safe for threads."""
    client: redis.Redis = _made(redis.Redis, settings, Retry(_SOON, _READ_RETRIES))
    return client


def async_reader(settings: Settings) -> redis.asyncio.Redis:
    """Returns the same for asyncio, for one event loop."""
    from redis.asyncio.retry import Retry as AsyncRetry  # noqa: PLC0415

    client: redis.asyncio.Redis = _made(redis.asyncio.Redis, settings, AsyncRetry(_SOON, _READ_RETRIES))
    return client


def _made(kind: Any, settings: Settings, retry: Any) -> Any:
    try:
        return kind.from_url(
            settings.redis_url, retry=retry, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S
        )
    except ValueError as error:
        raise WrongUseError(
            "LIANCHENG_REDIS_URL: expected redis://host:port/0, rediss://… (TLS) or unix:///path?db=0"
        ) from error


def shown(url: str) -> str:
    """Returns a URL without user and password, for people and logs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@contextmanager
def reported(settings: Settings) -> Iterator[None]:
    """Raises UnavailableError instead of RedisError."""
    try:
        yield
    except RedisError as error:
        raise readable(error, settings) from error


def readable(error: RedisError, settings: Settings) -> UnavailableError:
    """Returns a Redis error as one line: where, what, and how to fix it if that is known. Never the password."""
    where = shown(settings.redis_url)
    if isinstance(error, AuthenticationError):
        return UnavailableError(f"{where}: the login was refused: check the user and password in LIANCHENG_REDIS_URL")
    if isinstance(error, NoPermissionError):
        return UnavailableError(f"{where}: this user has not the rights that docs/operations.md names")
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return UnavailableError(
            f"no Redis answers at {where}: start one with `liancheng up`, or set LIANCHENG_REDIS_URL"
        )
    return UnavailableError(f"{where}: {error}")
