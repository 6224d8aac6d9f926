"""`GET /v1/alerts/counts/{day}`: how many alerts a bank got on a day, signed; counted from the topic each time."""

from datetime import date

from fastapi import APIRouter, Response

from liancheng.codec import encode
from liancheng.records.alert_counts import AlertCount
from service.web.auth import AlertsCaller
from service.web.openapi import answer_of
from service.web.parts import AlertsDep

router = APIRouter(prefix="/v1", tags=["alerts"])


@router.get(
    "/alerts/counts/{day}",
    responses=answer_of(AlertCount, "The signed statement.", "bad-request", "no-key", "scope-missing", "day-not-over",
                        "alerts-missing", "unavailable"),
)  # fmt: skip
async def count(caller: AlertsCaller, alerts: AlertsDep, day: date) -> Response:
    """How many alerts you got on a past day of Shanghai, zero included: first and last number, and their digest.

    The digest is SHA-256 over the lines that `liancheng alerts --json` or this service gives, each with its newline.
    """
    statement = await alerts.count(caller.bank, day)
    return Response(encode(statement), headers={"Cache-Control": "no-store"}, media_type="application/json")
