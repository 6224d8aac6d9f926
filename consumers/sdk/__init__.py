"""For banks: each alert handled once, watches, entries of the list, screening with a local copy.

Never imports the server, nor what serves other programs: the view, delivery over HTTP, webhooks.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consumers.books.watchlist import WatchRow
    from consumers.reading.gapless import MissingAlertError
    from consumers.sdk.async_bank import AsyncBank
    from consumers.sdk.bank import Bank
    from consumers.sdk.number_store import NumberStore, sqlite_store

__all__ = ["AsyncBank", "Bank", "MissingAlertError", "NumberStore", "WatchRow", "sqlite_store"]

_MODULES = {
    "AsyncBank": "consumers.sdk.async_bank",
    "Bank": "consumers.sdk.bank",
    "MissingAlertError": "consumers.reading.gapless",
    "NumberStore": "consumers.sdk.number_store",
    "WatchRow": "consumers.books.watchlist",
    "sqlite_store": "consumers.sdk.number_store",
}


def __getattr__(name: str) -> Any:
    """Imports on first use: settings, asyncio and Kafka's client take 300 ms, which no command should wait for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
