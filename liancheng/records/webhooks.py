"""A bank's webhooks: where its alerts are posted to, up to which one they were, and when one is tried again."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from liancheng.records.facts import Model

Health = Literal["active", "failing", "dead", "gone"]

LONGEST_PAUSE = timedelta(hours=1)


class Webhook(Model, tag="webhook", frozen=True, kw_only=True):
    """A bank wants its alerts from `from_number` on posted to `url`. Key on `webhooks`: `<bank>/<id>`.

    The secret that signs is not here: it is made from `salt` and the service's own key, whose id is `made_with`.
    `epoch` rises whenever it is to begin (again) at `from_number`.
    """

    bank: str
    id: str
    url: str
    from_number: int
    salt: str
    made_with: str
    made_at: datetime
    epoch: int = 1

    @property
    def key(self) -> str:
        return f"{self.bank}/{self.id}"


class WebhookState(Model, tag="webhook_state", frozen=True, kw_only=True):
    """How far a webhook is, in its `epoch`: all alerts up to `delivered` were taken by the receiver.

    `health`: failing ones are tried again at `next_try_at`; dead (given up after days) and gone (the receiver said 410)
    ones are not, until the bank sets them anew. `failures`: in a row.
    """

    bank: str
    id: str
    epoch: int
    delivered: int
    health: Health = "active"
    failures: int = 0
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    last_error: str | None = None

    @property
    def ended(self) -> bool:
        return self.health in ("dead", "gone")


def beginning(hook: Webhook) -> WebhookState:
    return WebhookState(bank=hook.bank, id=hook.id, epoch=hook.epoch, delivered=hook.from_number - 1)


def standing(hook: Webhook, state: WebhookState | None) -> WebhookState:
    """The state of a webhook as it is set now: one of an older epoch counts no more."""
    return state if state is not None and state.epoch == hook.epoch else beginning(hook)


def pause(first: timedelta, failures: int, what: str, asked: timedelta | None) -> timedelta:
    """How long to wait after the failure number `failures` (from 1) in a row.

    Doubles up to an hour; a share of up to a half is taken off by the hash of `what` and the count, so that many
    webhooks of a receiver that comes back do not all knock at once, and the same failure always waits as long. Never
    less than the receiver `asked` for.
    """
    longest = min(first * (1 << min(failures - 1, 20)), LONGEST_PAUSE)
    share = int.from_bytes(hashlib.sha256(f"{what}/{failures}".encode()).digest()[:4]) / 2**33  # 0 to a half
    return max(longest * (1 - share), asked or timedelta())
