"""`bank add`, `bank show`, `bank list`, `bank rotate-key`, `bank remove`. A key is printed once and kept nowhere."""

from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import typer

from cli.durations import duration
from cli.terminal import Outcome, print_json, say, table
from consumers.reading import keys, register
from liancheng.errors import WrongUseError
from liancheng.records.alerts import ApiKey, Bank, Scope
from liancheng.records.topics import BANK_ALERTS
from liancheng.settings import Settings


def add(id_: str, name: str | None, rate: float | None, as_json: bool) -> int:
    settings = Settings()
    bank, changed = register.add_bank(settings, register.check_id(id_), name, rate)
    key = None
    if not bank.keys:
        bank, key = register.rotate_key(settings, id_)
    if as_json:
        print_json(_shown(bank) | ({"key": key} if key else {}))
        return Outcome.DONE
    what = "registered" if changed or key else "was registered already, nothing changed"
    typer.echo(f"bank {bank.id} ({bank.name}) {what}; its alerts: {BANK_ALERTS.named(bank.id)}")
    if key:
        _print_key(key, "its first key")
    return Outcome.DONE


def show(id_: str, as_json: bool) -> int:
    bank = register.bank_of(Settings(), id_)
    if as_json:
        print_json(_shown(bank))
        return Outcome.DONE
    rate = "as the service is set" if bank.requests_per_s is None else f"{bank.requests_per_s:g} a second"
    typer.echo(f"bank {bank.id} ({bank.name}); its alerts: {BANK_ALERTS.named(bank.id)}; requests: {rate}")
    now = datetime.now(UTC)
    rows = [(key.id, " ".join(key.scopes), _instant(key.made_at), _end(key, now)) for key in bank.keys]
    table(("key", "scopes", "made", "ends"), rows)
    return Outcome.DONE


def show_all(as_json: bool) -> int:
    banks = register.banks(Settings())
    if as_json:
        for bank in banks:
            print_json(_shown(bank))
    elif banks:
        now = datetime.now(UTC)
        living = ((bank, sum(keys.lives(key, now) for key in bank.keys)) for bank in banks)
        rows = [(bank.id, bank.name, BANK_ALERTS.named(bank.id), count) for bank, count in living]
        table(("id", "name 名称", "alerts", "living keys"), rows)
    else:
        say("no bank is registered yet: `liancheng bank add ID` registers one")
    return Outcome.DONE


def rotate_key(id_: str, keep: str, scopes: list[str] | None, valid: str | None, as_json: bool) -> int:
    wanted = _scopes(scopes)
    lives = duration(valid, "--valid") if valid else None
    bank, key = register.rotate_key(Settings(), id_, duration(keep, "--keep"), wanted, lives)
    if as_json:
        print_json(_shown(bank) | {"key": key})
        return Outcome.DONE
    _print_key(key, "the new key")
    for old in bank.keys[:-1]:
        say(f"key {old.id} ends at {_instant(old.ends_at)}")
    return Outcome.DONE


def remove(id_: str, as_json: bool) -> int:
    bank = register.remove_bank(Settings(), id_)
    if as_json:
        print_json(_shown(bank))
    else:
        typer.echo(
            f"bank {bank.id} ({bank.name}) removed: its keys are ended; kept as a proof: {BANK_ALERTS.named(id_)}"
        )
    return Outcome.DONE


def _scopes(asked: list[str] | None) -> list[Scope] | None:
    wrong = [scope for scope in asked or () if scope not in keys.SCOPES]
    if wrong:
        raise WrongUseError(f"--scope: found {wrong[0]!r}, expected one of {', '.join(keys.SCOPES)}")
    return cast(list[Scope], asked) if asked else None


def _shown(bank: Bank) -> dict[str, Any]:
    """The model as on the topic, without the hashes."""
    told: dict[str, Any] = msgspec.to_builtins(bank)
    told["keys"] = [{name: value for name, value in key.items() if name != "sha256"} for key in told.get("keys", ())]
    return told


def _print_key(key: str, what: str) -> None:
    say(f"{what}, shown this once and kept nowhere; send it as `Authorization: Bearer …`:")
    typer.echo(key)


def _end(key: ApiKey, now: datetime) -> str:
    return f"{_instant(key.ends_at)}{'' if keys.lives(key, now) else ' (ended)'}" if key.ends_at else ""


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
