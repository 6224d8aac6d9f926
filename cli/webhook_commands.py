"""What `webhook add|list|test|replay|remove` do. A secret is printed once and kept nowhere."""

import asyncio
from datetime import UTC, datetime
from typing import NamedTuple

import typer
from msgspec.structs import replace

from cli.terminal import Outcome, print_json, say, table
from consumers.delivery.history import Pages
from consumers.webhooks import webhook_table
from consumers.webhooks.poster import Poster, PostResult
from consumers.webhooks.secrets import Secrets
from consumers.webhooks.webhook_status import status_of
from liancheng.errors import WrongUseError
from liancheng.records.webhooks import Webhook, standing
from liancheng.settings import Settings
from transport.admin import require_bank


class Wish(NamedTuple):
    url: str
    from_number: int | None
    rotate_secret: bool


def add(bank: str, id_: str, wish: Wish, as_json: bool) -> int:
    settings = Settings()
    require_bank(settings, bank)
    known = webhook_table.read(settings)
    new = webhook_table.wanted(settings, Secrets(settings), (bank, id_), wish.url, datetime.now(UTC))
    if new.key not in known:
        if sum(hook.bank == bank for hook, _ in known.values()) >= settings.webhooks_per_bank:
            raise WrongUseError(f"{bank} has {settings.webhooks_per_bank} webhooks already: remove one")
        new = replace(new, from_number=_next_number(settings, bank))
    return _put(settings, known.get(new.key), new, wish, as_json)


def replay(bank: str, id_: str, from_number: int, as_json: bool) -> int:
    settings = Settings()
    known = _known(settings, bank, id_)
    new = webhook_table.wanted(settings, Secrets(settings), (bank, id_), known[0].url, datetime.now(UTC))
    return _put(settings, known, new, Wish(known[0].url, from_number, False), as_json)


def show_all(bank: str | None, as_json: bool) -> int:
    found = [one for one in webhook_table.read(Settings()).values() if bank in (None, one[0].bank)]
    if as_json:
        for one in found:
            print_json(status_of(*one))
        return Outcome.DONE
    rows = [
        (hook.bank, hook.id, hook.url, state.delivered, state.health, state.failures or "", state.last_error)
        for hook, state in found
    ]
    table(("bank", "webhook", "url", "taken up to", "health", "failures", "last error"), rows)
    return Outcome.DONE


def test(bank: str, id_: str) -> int:
    settings = Settings()
    hook, _ = _known(settings, bank, id_)
    answer = asyncio.run(_test(settings, hook))
    typer.echo(f"{hook.url}: {answer.why or 'taken'}")
    return Outcome.REFUSED if answer.why else Outcome.DONE


def remove(bank: str, id_: str) -> int:
    settings = Settings()
    hook, _ = _known(settings, bank, id_)
    webhook_table.delete(settings, hook.key)
    typer.echo(f"webhook {id_} of {bank} removed: nothing is posted to {hook.url} any more")
    return Outcome.DONE


def _put(settings: Settings, known: webhook_table.Standing | None, new: Webhook, wish: Wish, as_json: bool) -> int:
    hook, fresh = webhook_table.made(known, new, wish.from_number, wish.rotate_secret)
    webhook_table.put(settings, hook)
    secret = Secrets(settings).secret(hook) if fresh else None
    if as_json:
        print_json(status_of(hook, standing(hook, None), secret))
        return Outcome.DONE
    typer.echo(f"webhook {hook.id} of {hook.bank}: alerts from {hook.from_number} on are posted to {hook.url}")
    if secret:
        say("its secret, shown this once and kept nowhere; check each message's signature with it:")
        typer.echo(secret)
    return Outcome.DONE


async def _test(settings: Settings, hook: Webhook) -> PostResult:
    poster = Poster(settings)
    try:
        return await poster.test(hook)
    finally:
        await poster.close()


def _known(settings: Settings, bank: str, id_: str) -> webhook_table.Standing:
    found = webhook_table.read(settings)
    if f"{bank}/{id_}" not in found:
        have = ", ".join(hook.id for hook, _ in found.values() if hook.bank == bank) or "none"
        raise WrongUseError(f"{bank} has no webhook {id_!r} (it has: {have})")
    return found[f"{bank}/{id_}"]


def _next_number(settings: Settings, bank: str) -> int:
    pages = Pages(settings, group=f"{bank}.webhook")
    try:
        return pages.last(bank) + 1
    finally:
        pages.close()
