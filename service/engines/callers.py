"""Callers: banks' programs and clerks, known by a key of their bank."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from consumers.reading import keys
from liancheng.records.alerts import ApiKey, Bank, Scope
from service.engines.errors import KeyEndedError, KeyRefusedError, StartingError
from service.engines.live_register import LiveRegister


class Caller(NamedTuple):
    """Who sends a request. `rate`: requests a second that the bank may send."""

    bank: str
    key_id: str
    scopes: tuple[Scope, ...]
    rate: float


class Callers:
    """Every caller that the register knows at this moment. `rate`: of a bank without one of its own."""

    def __init__(self, register: LiveRegister, rate: float) -> None:
        self._register = register
        self._rate = rate

    def require_ready(self) -> None:
        """Raises StartingError if the register has not been read yet."""
        if not self._register.caught_up.is_set():
            raise StartingError("the register of banks is being read")

    def by_key(self, text: str) -> Caller:
        """Returns the caller who holds a key.

        Raises:
            StartingError: the register has not been read yet.
            KeyRefusedError: no registered bank has this key.
            KeyEndedError: the key has ended.
        """
        self.require_ready()
        return identified(self._register.banks, text, datetime.now(UTC), self._rate)

    def by_id(self, bank_id: str, key_id: str) -> Caller | None:
        """Returns the caller whose key has this id; None if it has ended or its bank was removed."""
        bank, key = _held(self._register.banks, bank_id, key_id)
        return _caller(bank, key, self._rate) if bank and key and keys.is_valid(key, datetime.now(UTC)) else None

    def still_valid(self, caller: Caller) -> bool:
        """Whether the key of a caller whose request is still open is valid."""
        return self.by_id(caller.bank, caller.key_id) is not None

    def bank(self, id_: str) -> Bank | None:
        return self._register.banks.get(id_)


def identified(banks: Mapping[str, Bank], text: str, now: datetime, rate: float) -> Caller:
    """Returns the caller who holds a key. Raises KeyRefusedError or KeyEndedError."""
    bank, key = _held(banks, *(keys.named(text) or ("", "")))
    if bank is None or key is None or not keys.matches(key, text):
        raise KeyRefusedError("no registered bank has this key")
    if not keys.is_valid(key, now):
        raise KeyEndedError(f"it ended at {key.ends_at:%Y-%m-%dT%H:%M:%SZ}")
    return _caller(bank, key, rate)


def _held(banks: Mapping[str, Bank], bank_id: str, key_id: str) -> tuple[Bank | None, ApiKey | None]:
    bank = banks.get(bank_id)
    return bank, next((key for key in bank.keys if key.id == key_id), None) if bank else None


def _caller(bank: Bank, key: ApiKey, rate: float) -> Caller:
    return Caller(bank.id, key.id, key.scopes, bank.requests_per_s or rate)
