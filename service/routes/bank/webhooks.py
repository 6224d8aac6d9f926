"""`/v1/webhooks`: where a bank wants its alerts posted to. A secret is in the answer that made it, nowhere else."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from consumers.webhooks import webhook_table
from consumers.webhooks.webhook_status import WebhookStatus, status_of
from liancheng.codec import encode
from liancheng.records.webhooks import Webhook, WebhookState
from service.web.auth import Caller, caller
from service.web.openapi import answer_of, body_of
from service.web.problems import Problem
from service.web.services import Services, services

router = APIRouter(prefix="/v1", tags=["webhooks"])

_SEEN_S = 5.0
_NO_STORE = {"Cache-Control": "no-store"}
_REFUSALS = ("bad-request", "no-key", "scope-missing", "not-found", "too-many-webhooks", "unavailable")

Known = Annotated[Caller, Depends(caller("alerts"))]


class Wish(msgspec.Struct, forbid_unknown_fields=True, rename={"from_number": "from"}):
    """`from`: begin (again) with this alert; without it a new one begins with the next alert, and one that is there
    goes on after the last alert that was taken. `rotate_secret`: make a new secret; the old one ends at once."""

    url: str
    from_number: Annotated[int, msgspec.Meta(ge=1, le=2**53)] | None = None
    rotate_secret: bool = False


class Webhooks(msgspec.Struct):
    """Answer to `GET /v1/webhooks`."""

    webhooks: list[WebhookStatus]


class Tested(msgspec.Struct, omit_defaults=True):
    """What became of a test message. `error`: what went wrong; there is none where it was taken."""

    taken: bool
    error: str | None = None


_decode = msgspec.json.Decoder(Wish)


@router.get("/webhooks", responses=answer_of(Webhooks, "The bank's webhooks, by id.", *_REFUSALS))
async def list_(request: Request, who: Known) -> Response:
    """Your webhooks and how they stand: `health` is active, failing, dead (given up) or gone (it said 410)."""
    return _json(Webhooks([status_of(*one) for one in _ready(request).hooks.of(who.bank)]))


@router.get("/webhooks/{id_}", responses=answer_of(WebhookStatus, "The webhook.", *_REFUSALS))
async def get(request: Request, who: Known, id_: str) -> Response:
    """One webhook and how it stands."""
    return _json(status_of(*_known(_ready(request), who, id_)))


@router.put(
    "/webhooks/{id_}",
    responses=answer_of(WebhookStatus, "The webhook; with `secret` where it is a new one.", *_REFUSALS),
    openapi_extra=body_of(Wish, "Where to post."),
)
async def put(request: Request, who: Known, id_: str) -> Response:
    """Set a webhook. One that has ended begins again. The id is yours: 1 to 32 lower-case letters, digits or `-`."""
    here = _ready(request)
    wish = _decode.decode(await request.body())
    new = webhook_table.wanted(here.settings, here.secrets, (who.bank, id_), wish.url, datetime.now(UTC))
    known = here.hooks.standing(new.key)
    if known is None:
        limit = here.settings.webhooks_per_bank
        if len(here.hooks.of(who.bank)) >= limit:
            raise Problem("too-many-webhooks", f"this bank has {limit} webhooks", limit=limit)
        new = msgspec.structs.replace(new, from_number=await here.alerts.last(who.bank) + 1)
    hook, fresh = webhook_table.made(known, new, wish.from_number, wish.rotate_secret)
    await asyncio.to_thread(webhook_table.put, here.settings, hook)
    await _seen(lambda: here.hooks.hooks.get(hook.key) == hook)
    return _json(status_of(hook, here.hooks.state(hook), here.secrets.secret(hook) if fresh else None))


@router.delete("/webhooks/{id_}", status_code=204, responses=answer_of(WebhookStatus, "", *_REFUSALS) | {200: {}})
async def delete(request: Request, who: Known, id_: str) -> Response:
    """Delete a webhook: nothing is posted there any more, but what is under way."""
    here = _ready(request)
    hook, _ = _known(here, who, id_)
    await asyncio.to_thread(webhook_table.delete, here.settings, hook.key)
    await _seen(lambda: hook.key not in here.hooks.hooks)
    return Response(status_code=204, headers=_NO_STORE)


@router.post("/webhooks/{id_}/test", responses=answer_of(Tested, "What became of it.", *_REFUSALS))
async def test(request: Request, who: Known, id_: str) -> Response:
    """Post one signed test message (`"type":"test"`) now and say what became of it. It changes nothing."""
    here = _ready(request)
    hook, _ = _known(here, who, id_)
    answer = await here.poster.test(hook)
    return _json(Tested(answer.why is None, answer.why))


def _ready(request: Request) -> Services:
    here = services(request)
    if not here.hooks.caught_up:
        raise Problem("starting", "the webhooks are being read", {"Retry-After": "1"})
    return here


def _known(here: Services, who: Caller, id_: str) -> tuple[Webhook, WebhookState]:
    """The caller's own webhook of that id."""
    known = here.hooks.standing(f"{who.bank}/{webhook_table.check_id(id_)}")
    if known is None:
        raise Problem("not-found", f"this bank has no webhook {id_}")
    return known


async def _seen(holds: Callable[[], bool]) -> None:
    """Wait until this process has read what it wrote, so that the next answer shows it."""
    deadline = time.monotonic() + _SEEN_S
    while not holds() and time.monotonic() < deadline:
        await asyncio.sleep(0.01)


def _json(answer: object) -> Response:
    return Response(encode(answer), headers=_NO_STORE, media_type="application/json")
