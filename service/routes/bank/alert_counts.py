"""`GET /v1/alerts/counts/{day}`: how many alerts a bank got on a day, signed; made from the topic each time."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from msgspec.structs import replace

from consumers.delivery import days
from consumers.delivery.history import Pages
from liancheng.codec import encode
from liancheng.records.alert_counts import AlertCount, counted
from liancheng.records.screening_receipts import signed_part
from service.web.auth import Caller, caller
from service.web.openapi import answer_of
from service.web.problems import Problem
from service.web.services import services

router = APIRouter(prefix="/v1", tags=["alerts"])


@router.get(
    "/alerts/counts/{day}",
    responses=answer_of(AlertCount, "The signed statement.", "bad-request", "no-key", "scope-missing", "day-not-over",
                        "alerts-missing", "unavailable"),
)  # fmt: skip
async def count(request: Request, who: Annotated[Caller, Depends(caller("alerts"))], day: date) -> Response:
    """How many alerts you got on a day of Shanghai that is over, none included: first and last number, their digest.

    The digest is SHA-256 over the lines that `liancheng alerts --json` or this service gives, each with a line's end.
    """
    here = services(request)
    try:
        days.require_over(day, datetime.now(UTC))
    except days.DayNotOverError as error:
        raise Problem("day-not-over", str(error), {"Retry-After": f"{error.wait_s + 1:.0f}"}) from error

    def made(pages: Pages) -> AlertCount:
        before, alerts = days.alerts_of(pages, who.bank, day)
        return counted(who.bank, day, before, (alert.json for alert in alerts), here.signer.id)

    statement = await here.alerts.history(made)
    statement = replace(statement, signature=here.signer.signature(signed_part(statement)))
    return Response(encode(statement), headers={"Cache-Control": "no-store"}, media_type="application/json")
