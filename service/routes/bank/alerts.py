"""`GET /v1/alerts` (long poll) and `GET /v1/alerts/stream` (Server-Sent Events): a bank's own alerts, by number.

The bytes are those of the topic with `made_at` added, as on every road; nothing is decoded on the way.
"""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from consumers.delivery.cursor import Cursor
from liancheng.records.alerts import Alert
from service.routes.bank.alert_stream import StreamAnswer
from service.web.auth import Caller, caller, still_known
from service.web.openapi import answer_of
from service.web.problems import Problem
from service.web.services import services

router = APIRouter(prefix="/v1", tags=["alerts"])

PAGE_BYTES = 4 * 2**20
NUMBER_MAX = 2**53 - 1  # what every JSON reader keeps exactly
_NO_STORE = {"Cache-Control": "no-store"}
_STREAM = {
    "description": "Events `alert` (id: number, data: the alert), comments while nothing happens, a last event `end`.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


class Alerts(msgspec.Struct):
    """Answer to `GET /v1/alerts`. `next`: ask `from` it. `last`: the newest number there is."""

    alerts: list[Alert]
    next: int
    last: int


Known = Annotated[Caller, Depends(caller("alerts"))]
From = Annotated[int, Query(alias="from", ge=1, le=NUMBER_MAX, description="The number of the first alert wanted.")]


@router.get(
    "/alerts",
    responses=answer_of(Alerts, "Alerts in order, without a gap.", "bad-request", "no-key", "scope-missing",
                        "alerts-missing", "too-many-requests", "unavailable"),
)  # fmt: skip
async def alerts(
    request: Request,
    who: Known,
    first: From = 1,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at most.")] = 100,
    wait: Annotated[float, Query(ge=0, le=60, description="Seconds to wait where there is none yet.")] = 0,
) -> Response:
    """Your alerts from a number on: at once where there are any; otherwise when one comes, or after `wait` seconds."""
    here = services(request)
    cursor = Cursor(here.alerts, who.bank, first)
    page = asyncio.ensure_future(cursor.page(limit, PAGE_BYTES, wait))
    stopping = asyncio.ensure_future(here.listeners.stopping.wait())
    try:
        await asyncio.wait((page, stopping), return_when=asyncio.FIRST_COMPLETED)
        records = page.result() if page.done() else []
    finally:
        page.cancel()
        stopping.cancel()
    if not still_known(here.register.banks, who, datetime.now(UTC)):
        raise Problem("key-ended", "it ended while you waited")
    last = max(cursor.next - 1 if records else 0, await here.alerts.last(who.bank))
    body = b",".join(record.json for record in records)
    raw = b'{"alerts":[%b],"next":%d,"last":%d}' % (body, cursor.next, last)
    return Response(raw, headers=_NO_STORE, media_type="application/json")


@router.get(
    "/alerts/stream",
    responses=answer_of(Alerts, "", "bad-request", "no-key", "scope-missing", "too-many-streams", "unavailable")
    | {200: _STREAM},
)
async def stream(request: Request, who: Known, first: From = 1) -> Response:
    """Your alerts from a number on as Server-Sent Events, for as long as you listen.

    A header `Last-Event-ID`, which an EventSource sends when it comes again, goes before `from`: it is answered from
    the number after it.
    """
    here = services(request)
    start = _after(request.headers.get("last-event-id")) or first
    return StreamAnswer(here, who, Cursor(here.alerts, who.bank, start))


def _after(last_event_id: str | None) -> int | None:
    if last_event_id is None or last_event_id == "":
        return None
    if not (last_event_id.isascii() and last_event_id.isdecimal() and int(last_event_id[:17]) < NUMBER_MAX):
        raise Problem("bad-request", "Last-Event-ID: expected the number of the last alert that came, such as 120")
    return int(last_event_id) + 1
