"""`bank add`, `bank show`, `bank list`, `bank rotate-key`, `bank remove`. A key is printed once and never stored."""

from datetime import UTC, datetime
from typing import Annotated, Any, cast

import msgspec
import typer

from cli.shared.durations import duration
from cli.shared.options import AsJson
from cli.shared.tables import table
from cli.shared.terminal import print_json, say
from consumers.reading import keys, register
from liancheng.errors import WrongUseError
from liancheng.records.alerts import ApiKey, Bank, Scope
from liancheng.records.topics import BANK_ALERTS
from liancheng.settings import Settings

BankId = Annotated[str, typer.Argument(metavar="ID", help="Id of the bank.")]

app = typer.Typer(no_args_is_help=True)


@app.command("add")
def add(
    id_: Annotated[str, typer.Argument(metavar="ID", help="2 to 32 lower-case letters, digits or '-'.")],
    name: Annotated[str | None, typer.Option("--name", help="Name 名称 of the bank (default: its id).")] = None,
    rate: Annotated[
        float | None, typer.Option("--rate", min=0.1, help="Requests per second allowed to the HTTP service.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register a bank and show its first key once.

    Creates its topics. A second time changes nothing.
    """
    settings = Settings()
    bank, changed = register.add_bank(settings, register.check_id(id_), name, rate)
    key = None
    if not bank.keys:
        bank, key = register.rotate_key(settings, id_)
    if as_json:
        print_json(_public(bank) | ({"key": key} if key else {}))
        return
    result = "registered" if changed or key else "was registered already, nothing changed"
    typer.echo(f"bank {bank.id} ({bank.name}) {result}; its alerts: {BANK_ALERTS.named(bank.id)}")
    if key:
        _print_key(key, "its first key")


@app.command("show")
def show(id_: BankId, as_json: AsJson = False) -> None:
    """Show a bank, and the ids, scopes and expiry of its keys."""
    bank = register.bank_of(Settings(), id_)
    if as_json:
        print_json(_public(bank))
        return
    rate = "the service's default" if bank.requests_per_s is None else f"{bank.requests_per_s:g} per second"
    typer.echo(f"bank {bank.id} ({bank.name}); its alerts: {BANK_ALERTS.named(bank.id)}; requests: {rate}")
    now = datetime.now(UTC)
    rows = [(key.id, " ".join(key.scopes), _instant(key.made_at), _end(key, now)) for key in bank.keys]
    table(("key", "scopes", "created", "ends"), rows)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the registered banks."""
    banks = register.banks(Settings())
    if as_json:
        for bank in banks:
            print_json(_public(bank))
    elif banks:
        now = datetime.now(UTC)
        valid = ((bank, sum(keys.is_valid(key, now) for key in bank.keys)) for bank in banks)
        rows = [(bank.id, bank.name, BANK_ALERTS.named(bank.id), count) for bank, count in valid]
        table(("id", "name 名称", "alerts", "valid keys"), rows)
    else:
        say("no bank is registered yet: `liancheng bank add ID` registers one")


@app.command("rotate-key")
def rotate_key(
    id_: BankId,
    keep: Annotated[
        str, typer.Option("--keep", metavar="DURATION", help="How long the old keys stay valid: 30m, 24h, 7d.")
    ] = "0s",
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="screen, watch or alerts; may be repeated (default: as before)."),
    ] = None,
    valid: Annotated[
        str | None,
        typer.Option("--valid", metavar="DURATION", help="How long the new key is valid (default: without end)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a new key, show it once, and end the old ones."""
    lifetime = duration(valid, "--valid") if valid else None
    bank, key = register.rotate_key(Settings(), id_, duration(keep, "--keep"), _scopes(scope), lifetime)
    if as_json:
        print_json(_public(bank) | {"key": key})
        return
    _print_key(key, "the new key")
    for old in bank.keys[:-1]:
        say(f"key {old.id} ends at {_instant(old.ends_at)}")


@app.command("remove")
def remove(id_: BankId, as_json: AsJson = False) -> None:
    """End all keys of a bank at once.

    Its alerts and receipts stay on their topics; its watches too, until you end them.
    """
    bank = register.remove_bank(Settings(), id_)
    if as_json:
        print_json(_public(bank))
    else:
        topic = BANK_ALERTS.named(id_)
        typer.echo(f"bank {bank.id} ({bank.name}) removed: its keys have ended; kept as a proof: {topic}")


def _scopes(names: list[str] | None) -> list[Scope] | None:
    unknown = [name for name in names or () if name not in keys.SCOPES]
    if unknown:
        raise WrongUseError(f"--scope: found {unknown[0]!r}, expected one of {', '.join(keys.SCOPES)}")
    return cast(list[Scope], names) if names else None


def _public(bank: Bank) -> dict[str, Any]:
    """The record as on the topic, without the hashes."""
    public: dict[str, Any] = msgspec.to_builtins(bank)
    public["keys"] = [
        {name: value for name, value in key.items() if name != "sha256"} for key in public.get("keys", ())
    ]
    return public


def _print_key(key: str, title: str) -> None:
    say(f"{title}, shown only this once and never stored; send it as `Authorization: Bearer …`:")
    typer.echo(key)


def _end(key: ApiKey, now: datetime) -> str:
    return f"{_instant(key.ends_at)}{'' if keys.is_valid(key, now) else ' (ended)'}" if key.ends_at else ""


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
