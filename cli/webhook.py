"""`webhook add|list|test|replay|remove` and `webhooks run`. A secret is printed once and never stored."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer
from msgspec.structs import replace

from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson, OfBank
from cli.shared.tables import table
from cli.shared.terminal import print_json, say
from consumers.delivery.history import Pages
from consumers.webhooks import sender, webhook_table
from consumers.webhooks.poster import Poster, PostResult
from consumers.webhooks.secrets import Secrets
from consumers.webhooks.webhook_status import status_of
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records.webhooks import Webhook, standing
from liancheng.settings import Settings
from transport import logs
from transport.admin import require_bank
from transport.clients import require_broker

WebhookId = Annotated[str, typer.Argument(metavar="ID", help="1 to 32 lower-case letters, digits or '-'.")]

app = typer.Typer(no_args_is_help=True)
process = typer.Typer(no_args_is_help=True)


@app.command("add")
def add(
    id_: WebhookId,
    bank: OfBank,
    *,
    url: Annotated[str, typer.Option("--url", help="Where to post: https://…")],
    from_number: Annotated[
        int | None,
        typer.Option("--from", min=1, metavar="NUMBER", help="Start with this alert (default: the next new one)."),
    ] = None,
    rotate_secret: Annotated[bool, typer.Option("--rotate-secret", help="Replace the secret of the webhook.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set a webhook and show its secret once.

    An existing one continues after the last alert it delivered.
    """
    settings = Settings()
    require_bank(settings, bank)
    known = webhook_table.read(settings)
    webhook = webhook_table.new_webhook(settings, Secrets(settings), (bank, id_), url, datetime.now(UTC))
    if webhook.key not in known:
        if sum(other.bank == bank for other, _ in known.values()) >= settings.webhooks_per_bank:
            raise WrongUseError(f"{bank} has {settings.webhooks_per_bank} webhooks already: remove one")
        webhook = replace(webhook, from_number=_next_number(settings, bank))
    _put(settings, known.get(webhook.key), webhook, from_number, rotate_secret=rotate_secret, as_json=as_json)


@app.command("list")
def list_(
    bank: Annotated[str | None, typer.Option("--bank", metavar="ID", help="Only webhooks of this bank.")] = None,
    as_json: AsJson = False,
) -> None:
    """List webhooks and their health.

    active, failing, dead (given up), gone (the receiver said 410).
    """
    webhooks = [known for known in _all(Settings()).values() if bank in (None, known[0].bank)]
    if as_json:
        for known in webhooks:
            print_json(status_of(*known))
        return
    rows = [
        (webhook.bank, webhook.id, webhook.url, state.delivered, state.health, state.failures or "", state.last_error)
        for webhook, state in webhooks
    ]
    table(("bank", "webhook", "url", "delivered", "health", "failures", "last error"), rows)


@app.command("test")
def test(id_: WebhookId, bank: OfBank) -> int:
    """Post one signed test message now. Exit code 2 if the receiver does not accept it."""
    settings = Settings()
    webhook, _ = _known(settings, bank, id_)
    answer = asyncio.run(_post_test(settings, webhook))
    typer.echo(f"{webhook.url}: {answer.why or 'taken'}")
    return ExitCode.REFUSED if answer.why else ExitCode.DONE


@app.command("replay")
def replay(
    id_: WebhookId,
    bank: OfBank,
    from_number: Annotated[
        int, typer.Option("--from", min=1, metavar="NUMBER", help="The first alert to be posted again.")
    ],
    as_json: AsJson = False,
) -> None:
    """Post all alerts from one on again, delivered or not."""
    settings = Settings()
    known = _known(settings, bank, id_)
    webhook = webhook_table.new_webhook(settings, Secrets(settings), (bank, id_), known[0].url, datetime.now(UTC))
    _put(settings, known, webhook, from_number, rotate_secret=False, as_json=as_json)


@app.command("remove")
def remove(id_: WebhookId, bank: OfBank) -> None:
    """Delete a webhook: nothing more is posted there."""
    settings = Settings()
    webhook, _ = _known(settings, bank, id_)
    webhook_table.delete(settings, webhook.key)
    typer.echo(f"webhook {id_} of {bank} removed: nothing is posted to {webhook.url} any more")


@process.command("run")
def run() -> None:
    """Post alerts to webhooks until Ctrl-C. `liancheng up` runs it as well; run it only once."""
    settings = Settings()
    logs.configure(settings)
    sender.run(settings)


def _put(
    settings: Settings,
    known: webhook_table.Standing | None,
    wanted: Webhook,
    from_number: int | None,
    *,
    rotate_secret: bool,
    as_json: bool,
) -> None:
    webhook, has_new_secret = webhook_table.next_webhook(known, wanted, from_number, rotate_secret)
    webhook_table.put(settings, webhook)
    secret = Secrets(settings).secret(webhook) if has_new_secret else None
    if as_json:
        print_json(status_of(webhook, standing(webhook, None), secret))
        return
    typer.echo(
        f"webhook {webhook.id} of {webhook.bank}: alerts from {webhook.from_number} on are posted to {webhook.url}"
    )
    if secret:
        say("its secret, shown only this once and never stored; check each message's signature with it:")
        typer.echo(secret)


async def _post_test(settings: Settings, webhook: Webhook) -> PostResult:
    poster = Poster(settings)
    try:
        return await poster.test(webhook)
    finally:
        await poster.close()


def _all(settings: Settings) -> dict[str, webhook_table.Standing]:
    require_broker(settings)  # reading the table says less clearly why there is no answer
    return webhook_table.read(settings)


def _known(settings: Settings, bank: str, id_: str) -> webhook_table.Standing:
    webhooks = webhook_table.read(settings)
    key = codec.pair_key(bank, id_)
    if key not in webhooks:
        ids = ", ".join(webhook.id for webhook, _ in webhooks.values() if webhook.bank == bank) or "none"
        raise WrongUseError(f"{bank} has no webhook {id_!r} (it has: {ids})")
    return webhooks[key]


def _next_number(settings: Settings, bank: str) -> int:
    with closing(Pages(settings, group=f"{bank}.webhook")) as pages:
        return pages.last(bank) + 1
