"""For banks: each alert handled once, watches, the list itself."""

from typing import TYPE_CHECKING, Any

from consumers.books.watchlist import WatchRow
from consumers.reading.gapless import MissingAlertError
from consumers.sdk.bank import Bank
from consumers.sdk.number_store import NumberStore, sqlite_store

if TYPE_CHECKING:
    from consumers.sdk.async_bank import AsyncBank

__all__ = ["AsyncBank", "Bank", "MissingAlertError", "NumberStore", "WatchRow", "sqlite_store"]


def __getattr__(name: str) -> Any:
    """asyncio takes 30 ms to import, which every command would wait for."""
    if name != "AsyncBank":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from consumers.sdk.async_bank import AsyncBank  # noqa: PLC0415

    return AsyncBank
