"""Keys of banks to the HTTP service: shown once, kept as a hash.

`lc_<bank>_<key id>_<secret>`: the secret is 256 random bits, so a plain SHA-256 keeps it; nothing slower is needed.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from liancheng.records.alerts import ApiKey, Bank, Scope

SCOPES: tuple[Scope, ...] = ("screen", "watch", "alerts")
KEY = re.compile(r"lc_([a-z0-9][a-z0-9-]{1,31})_([0-9a-f]{8})_([0-9a-f]{64})")


def new(bank: str, scopes: Iterable[Scope], now: datetime, ends_at: datetime | None = None) -> tuple[str, ApiKey]:
    """Returns a new key's text, and what is kept of it."""
    id_ = secrets.token_hex(4)
    text = f"lc_{bank}_{id_}_{secrets.token_hex(32)}"
    chosen = set(scopes)
    ordered = tuple(scope for scope in SCOPES if scope in chosen)
    return text, ApiKey(id=id_, sha256=_hash(text), scopes=ordered, made_at=now, ends_at=ends_at)


def named(text: str) -> tuple[str, str] | None:
    """Returns the bank and key id that a text names, valid or not; None if it is no key at all."""
    key = KEY.fullmatch(text)
    return (key[1], key[2]) if key else None


def matches(key: ApiKey, text: str) -> bool:
    """Returns whether the text is that key, in constant time."""
    return hmac.compare_digest(key.sha256, _hash(text))


def is_valid(key: ApiKey, now: datetime) -> bool:
    """Returns whether it may be used at an instant."""
    return key.ends_at is None or now < key.ends_at


def rotated(bank: Bank, key: ApiKey, now: datetime, keep: timedelta) -> Bank:
    """Returns the bank with a new key; valid ones end after `keep`, and those that have ended are removed."""
    end = now + keep
    valid = (old for old in bank.keys if is_valid(old, now))
    kept = tuple(replace(old, ends_at=min(old.ends_at or end, end)) for old in valid) if keep else ()
    return replace(bank, keys=(*kept, key))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
