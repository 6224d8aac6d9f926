"""A bank's webhooks: the URLs, how far each was delivered to, and when a failed one is retried."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from liancheng import codec
from liancheng.records.facts import Model

Health = Literal["active", "failing", "dead", "gone"]

LONGEST_PAUSE = timedelta(hours=1)


class Webhook(Model, tag="webhook", frozen=True, kw_only=True):
    """A bank wants its alerts from `from_number` on posted to `url`. Key on `webhooks`: `<bank>/<id>`.

    The record does not hold the signing secret: it is derived from `salt` and the service's key with the id
    `made_with`. `epoch` rises each time that delivery starts again at `from_number`.
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
        return codec.pair_key(self.bank, self.id)


class WebhookState(Model, tag="webhook_state", frozen=True, kw_only=True):
    """A webhook's progress in its `epoch`: the receiver has accepted all alerts up to `delivered`.

    `health`: a failing webhook is retried at `next_try_at`. A dead one (given up after days) and a gone one (the
    receiver answered 410) are not, until the bank sets the webhook again. `failures` counts those in a row.
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
    def key(self) -> str:
        return codec.pair_key(self.bank, self.id)

    @property
    def ended(self) -> bool:
        return self.health in ("dead", "gone")


def beginning(hook: Webhook) -> WebhookState:
    return WebhookState(bank=hook.bank, id=hook.id, epoch=hook.epoch, delivered=hook.from_number - 1)


def standing(hook: Webhook, state: WebhookState | None) -> WebhookState:
    """Returns the webhook's current state: a state of an older epoch no longer counts."""
    return state if state is not None and state.epoch == hook.epoch else beginning(hook)


def pause(first: timedelta, failures: int, key: str, requested: timedelta | None) -> timedelta:
    """Returns how long to wait after `failures` failures in a row (from 1).

    The pause doubles up to an hour. A hash of `key` and `failures` takes off up to half of it, so that the webhooks of
    a recovering receiver are spread out while the same failure always waits equally long. It is never shorter than the
    receiver `requested`.
    """
    longest = min(first * (1 << min(failures - 1, 20)), LONGEST_PAUSE)
    share = int.from_bytes(hashlib.sha256(f"{key}/{failures}".encode()).digest()[:4]) / 2**33  # 0 to a half
    return max(longest * (1 - share), requested or timedelta())
