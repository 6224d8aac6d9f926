"""The register of subscribing banks: who they are, and the hashes of their keys to the HTTP service."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from consumers.reading import keys
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records import topics
from liancheng.records.alerts import Bank, Scope
from liancheng.settings import Settings
from transport import admin, tables
from transport.clients import require_broker
from transport.table_writer import TableRecord, write

SOURCE = b"/banks"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
decode = codec.decoder(Bank)


def check_id(text: str) -> str:
    """Returns a bank's id. It holds no dot: names of topics and prefixes of rights end in one.

    Raises:
        WrongUseError: the text cannot be an id.
    """
    if not _ID.fullmatch(text):
        raise WrongUseError(
            f"found the bank id {text!r}, expected 2 to 32 lower-case letters, digits or '-', a letter or digit first, "
            "such as bank-a"
        )
    return text


def add_bank(
    settings: Settings, id_: str, name: str | None = None, requests_per_s: float | None = None
) -> tuple[Bank, bool]:
    """Creates the bank's topics, then puts it on the register: every bank on the register has its topics.

    A bank that was removed comes back, without its old keys.

    Args:
        name: None keeps the current name; a new bank gets its id.
        requests_per_s: its limit at the HTTP service; None keeps the current one.

    Returns:
        The current bank, and whether anything had to be created or written.
    """
    made = admin.add_bank_topic(settings, check_id(id_))
    known = _all(settings).get(id_)
    bank = known or Bank(id=id_, name=name or id_)
    bank = replace(bank, name=name or bank.name, requests_per_s=requests_per_s or bank.requests_per_s, removed_at=None)
    if bank == known:
        return bank, made
    _write(settings, bank)
    return bank, True


def banks(settings: Settings) -> tuple[Bank, ...]:
    """Returns the banks on the register, by id, without those that were removed."""
    return tuple(bank for _, bank in sorted(_all(settings).items()) if bank.removed_at is None)


def bank_of(settings: Settings, id_: str) -> Bank:
    """Returns a bank on the register.

    Raises:
        WrongUseError: it was never registered, or was removed.
    """
    known = {bank.id: bank for bank in banks(settings)}
    if id_ not in known:
        have = ", ".join(known) or "none"
        raise WrongUseError(f"unknown bank {id_!r} (known: {have}): add it with `liancheng bank add {id_}`")
    return known[id_]


def rotate_key(
    settings: Settings,
    id_: str,
    keep: timedelta = timedelta(0),
    scopes: Iterable[Scope] | None = None,
    valid: timedelta | None = None,
) -> tuple[Bank, str]:
    """Creates a new key for a bank; its other keys end after `keep`.

    Args:
        scopes: what the new key is for; None: the same as the newest key, or all if there was none.
        valid: how long the new key is valid; None: until it is rotated.

    Returns:
        The current bank, whose last key is the new one, and the key's text, which is kept nowhere.
    """
    bank, now = bank_of(settings, id_), datetime.now(UTC)
    if scopes is None:
        scopes = bank.keys[-1].scopes if bank.keys else keys.SCOPES
    text, key = keys.new(id_, scopes, now, now + valid if valid else None)
    bank = keys.rotated(bank, key, now, keep)
    _write(settings, bank)
    return bank, text


def remove_bank(settings: Settings, id_: str) -> Bank:
    """Ends a bank's keys at once. It stays on the register as removed, and its alerts stay on their topic."""
    bank = replace(bank_of(settings, id_), keys=(), removed_at=datetime.now(UTC))
    _write(settings, bank)
    return bank


def _all(settings: Settings) -> dict[str, Bank]:
    require_broker(settings)
    values = tables.newest(settings, topics.BANKS.name).values()
    return {bank.id: bank for bank in (codec.read(decode, raw, topics.BANKS.name) for raw in values)}


def _write(settings: Settings, bank: Bank) -> None:
    headers = codec.headers("bank", SOURCE, f"{bank.id}/{codec.digest(bank)}")
    write(settings, [TableRecord(topics.BANKS.name, bank.id.encode(), codec.encode(bank), headers, 0)])
