"""A webhook and its state as a bank sees them."""

from datetime import datetime

from liancheng.records.facts import Model
from liancheng.records.webhooks import Health, Webhook, WebhookState


class WebhookStatus(Model, tag="webhook", frozen=True, kw_only=True):
    """`delivered`: the receiver has accepted `from_number` to this number. `secret`: shown only when it is new."""

    bank: str
    id: str
    url: str
    from_number: int
    delivered: int
    health: Health
    made_at: datetime
    failures: int = 0
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    last_error: str | None = None
    secret: str | None = None


def status_of(hook: Webhook, state: WebhookState, secret: str | None = None) -> WebhookStatus:
    return WebhookStatus(
        bank=hook.bank,
        id=hook.id,
        url=hook.url,
        from_number=hook.from_number,
        delivered=state.delivered,
        health=state.health,
        made_at=hook.made_at,
        failures=state.failures,
        failing_since=state.failing_since,
        next_try_at=state.next_try_at,
        last_error=state.last_error,
        secret=secret,
    )
