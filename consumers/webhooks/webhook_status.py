"""A webhook and its state as a bank sees them."""

from datetime import datetime

from msgspec.structs import asdict

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
    progress = {name: value for name, value in asdict(state).items() if name not in ("bank", "id", "epoch")}
    return WebhookStatus(
        bank=hook.bank,
        id=hook.id,
        url=hook.url,
        from_number=hook.from_number,
        made_at=hook.made_at,
        secret=secret,
        **progress,
    )
