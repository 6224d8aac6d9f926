"""For banks: alerts without a gap, watches, the list itself."""

from consumers.async_bank import AsyncBank
from consumers.bank import Bank
from consumers.gapless import MissingAlertError
from consumers.number_store import NumberStore, sqlite_store
from consumers.watchlist import Row

__all__ = ["AsyncBank", "Bank", "MissingAlertError", "NumberStore", "Row", "sqlite_store"]
