"""Reads, sets and deletes webhooks on their topic."""

import re
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from consumers.webhooks import targets
from consumers.webhooks.secrets import Secrets, new_salt
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records import topics
from liancheng.records.webhooks import Webhook, WebhookState, standing
from liancheng.settings import Settings
from transport import tables
from transport.table_writer import TableRecord, write

SOURCE = b"/webhooks"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_decode = codec.decoder(Webhook | WebhookState)

Standing = tuple[Webhook, WebhookState]


def check_id(text: str) -> str:
    """Returns a webhook's id. Raises WrongUseError if the text cannot be one."""
    if not _ID.fullmatch(text):
        raise WrongUseError(f"found the webhook id {text!r}, expected 1 to 32 lower-case letters, digits or '-'")
    return text


def read(settings: Settings) -> dict[str, Standing]:
    """Returns all webhooks with their states, by `<bank>/<id>`."""
    states = _newest(settings, topics.WEBHOOK_STATE.name)
    hooks = _newest(settings, topics.WEBHOOKS.name)
    return {key: (hook, standing(hook, states.get(key))) for key, hook in sorted(hooks.items())}


def _newest(settings: Settings, topic: str) -> dict[str, Any]:
    return {key.decode(): codec.read(_decode, raw, topic) for (_, key), raw in tables.newest(settings, topic).items()}


def next_webhook(
    known: Standing | None,
    new: Webhook,
    from_number: int | None,
    rotate: bool,
) -> tuple[Webhook, bool]:
    """Returns the webhook to write, and whether its secret is new.

    Args:
        known: the current one; None: there is none of that id yet. It keeps its secret unless `rotate`.
        new: the new one; its `from_number` counts if there is none yet.
        from_number: begin (again) there; None: continue after the last accepted alert.
    """
    if known is None:
        return replace(new, from_number=from_number or new.from_number), True
    hook, state = known
    salt, made_with = (new.salt, new.made_with) if rotate else (hook.salt, hook.made_with)
    start = from_number or state.delivered + 1
    epoch = max(new.epoch, hook.epoch + 1)
    return replace(new, from_number=start, salt=salt, made_with=made_with, epoch=epoch), rotate


def new_webhook(settings: Settings, secrets: Secrets, named: tuple[str, str], url: str, now: datetime) -> Webhook:
    """Returns a new webhook, from the first alert on. `named`: bank and id.

    Raises:
        WrongUseError: the id or the URL is invalid.
    """
    targets.check_url(url, settings)
    return Webhook(
        bank=named[0],
        id=check_id(named[1]),
        url=url,
        from_number=1,
        salt=new_salt(),
        made_with=secrets.made_with,
        made_at=now,
        epoch=int(now.timestamp() * 1000),
    )


def put(settings: Settings, hook: Webhook) -> None:
    headers = codec.headers("webhook", SOURCE, f"{hook.key}/{codec.digest(hook)}")
    write(settings, [TableRecord(topics.WEBHOOKS.name, hook.key.encode(), codec.encode(hook), headers, 0)])


def delete(settings: Settings, key: str) -> None:
    write(
        settings,
        [TableRecord(topics.WEBHOOKS.name, key.encode(), None, codec.headers("webhook_ended", SOURCE, key), 0)],
    )
