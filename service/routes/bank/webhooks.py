"""`/v1/webhooks`: where a bank wants its alerts posted. Only the answer that creates a secret shows it."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response

from consumers.webhooks.webhook_status import WebhookStatus
from liancheng.codec import encode
from service.web.auth import AlertsCaller
from service.web.openapi import answer_of, body_of
from service.web.parts import WebhooksDep

router = APIRouter(prefix="/v1", tags=["webhooks"])

_NO_STORE = {"Cache-Control": "no-store"}
_REFUSALS = ("bad-request", "no-key", "scope-missing", "not-found", "too-many-webhooks", "unavailable")


class WebhookChange(msgspec.Struct, forbid_unknown_fields=True, rename={"from_number": "from"}):
    """`from`: begin (again) with this alert; without it a new webhook begins with the next alert, and an existing one
    continues after the last alert that was delivered. `rotate_secret`: make a new secret; the old one ends at once."""

    url: str
    from_number: Annotated[int, msgspec.Meta(ge=1, le=2**53)] | None = None
    rotate_secret: bool = False


class Webhooks(msgspec.Struct):
    """Answer to `GET /v1/webhooks`."""

    webhooks: list[WebhookStatus]


class Tested(msgspec.Struct, omit_defaults=True):
    """The result of a test message. `error`: what went wrong; absent if it was accepted."""

    taken: bool
    error: str | None = None


_decode = msgspec.json.Decoder(WebhookChange)


@router.get("/webhooks", responses=answer_of(Webhooks, "The bank's webhooks, by id.", *_REFUSALS))
async def list_(caller: AlertsCaller, webhooks: WebhooksDep) -> Response:
    """Your webhooks and how they stand: `health` is active, failing, dead (given up) or gone (it answered 410)."""
    return _json(Webhooks(webhooks.all(caller.bank)))


@router.get("/webhooks/{id_}", responses=answer_of(WebhookStatus, "The webhook.", *_REFUSALS))
async def get(caller: AlertsCaller, webhooks: WebhooksDep, id_: str) -> Response:
    """One webhook and how it stands."""
    return _json(webhooks.get(caller.bank, id_))


@router.put(
    "/webhooks/{id_}",
    responses=answer_of(WebhookStatus, "The webhook; with `secret` if that is new.", *_REFUSALS),
    openapi_extra=body_of(WebhookChange, "Where to post."),
)
async def put(request: Request, caller: AlertsCaller, webhooks: WebhooksDep, id_: str) -> Response:
    """Create or change a webhook; one that has ended starts again. The id is yours: 1 to 32 lower-case letters, digits
    or `-`."""
    change = _decode.decode(await request.body())
    return _json(await webhooks.put(caller.bank, id_, change.url, change.from_number, change.rotate_secret))


@router.delete("/webhooks/{id_}", status_code=204, responses=answer_of(WebhookStatus, "", *_REFUSALS) | {200: {}})
async def delete(caller: AlertsCaller, webhooks: WebhooksDep, id_: str) -> Response:
    """Delete a webhook: nothing more is posted there, except what is already on its way."""
    await webhooks.delete(caller.bank, id_)
    return Response(status_code=204, headers=_NO_STORE)


@router.post("/webhooks/{id_}/test", responses=answer_of(Tested, "The result.", *_REFUSALS))
async def test(caller: AlertsCaller, webhooks: WebhooksDep, id_: str) -> Response:
    """Post one signed test message (`"type":"test"`) now and report the result. It changes nothing."""
    answer = await webhooks.test(caller.bank, id_)
    return _json(Tested(answer.why is None, answer.why))


def _json(answer: object) -> Response:
    return Response(encode(answer), headers=_NO_STORE, media_type="application/json")
