"""A bank's own alerts by number: `GET /v1/alerts` (long poll), `/v1/alerts/stream` (Server-Sent Events), and counts.

The bytes are those of the topic with `made_at` added, as in every channel; nothing is decoded on the way.
"""

import asyncio
from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from liancheng.codec import encode
from liancheng.records.alert_counts import AlertCount
from liancheng.records.alerts import Alert
from service.engines.errors import KeyEndedError
from service.web.alert_streams import NUMBER_MAX, first_number
from service.web.auth import AlertsCaller
from service.web.openapi import answer_of
from service.web.parts import AlertsDep, AlertStreamsDep, CallersDep

router = APIRouter(prefix="/v1", tags=["alerts"])

PAGE_BYTES = 4 * 2**20
_NO_STORE = {"Cache-Control": "no-store"}
_STREAM = {
    "description": "Events `alert` (id: number, data: the alert), comments in quiet times, a last event `end`.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


class Alerts(msgspec.Struct):
    """Answer to `GET /v1/alerts`. `next`: the `from` of the next request. `last`: the newest number there is."""

    alerts: list[Alert]
    next: int
    last: int


From = Annotated[int, Query(alias="from", ge=1, le=NUMBER_MAX, description="The number of the first alert wanted.")]


@router.get(
    "/alerts",
    responses=answer_of(Alerts, "Alerts in order, without a gap.", "bad-request", "no-key", "scope-missing",
                        "alerts-missing", "too-many-requests", "unavailable"),
)  # fmt: skip
async def alerts(
    *,
    caller: AlertsCaller,
    alerts: AlertsDep,
    streams: AlertStreamsDep,
    callers: CallersDep,
    first: From = 1,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at most.")] = 100,
    wait: Annotated[float, Query(ge=0, le=60, description="Seconds to wait if there are none yet.")] = 0,
) -> Response:
    """Your alerts from a number on: at once if there are any; otherwise when one arrives, or after `wait` seconds."""
    cursor = alerts.cursor(caller.bank, first)
    page = asyncio.ensure_future(cursor.page(limit, PAGE_BYTES, wait))
    stopping = asyncio.ensure_future(streams.stopping.wait())
    try:
        await asyncio.wait((page, stopping), return_when=asyncio.FIRST_COMPLETED)
        records = page.result() if page.done() else []
    finally:
        page.cancel()
        stopping.cancel()
    if not callers.still_valid(caller):
        raise KeyEndedError("it ended while you waited")
    last = max(cursor.next - 1 if records else 0, await alerts.last(caller.bank))
    body = b",".join(record.json for record in records)
    raw = b'{"alerts":[%b],"next":%d,"last":%d}' % (body, cursor.next, last)
    return Response(raw, headers=_NO_STORE, media_type="application/json")


@router.get(
    "/alerts/stream",
    responses=answer_of(Alerts, "", "bad-request", "no-key", "scope-missing", "too-many-streams", "unavailable")
    | {200: _STREAM},
)
async def stream(request: Request, caller: AlertsCaller, streams: AlertStreamsDep, first: From = 1) -> Response:
    """Your alerts from a number on as Server-Sent Events, for as long as you listen.

    A header `Last-Event-ID`, which an EventSource sends when it reconnects, overrides `from`: the stream begins with
    the number after it.
    """
    return streams.open(caller, first_number(request, first))


@router.get(
    "/alerts/counts/{day}",
    responses=answer_of(AlertCount, "The signed statement.", "bad-request", "no-key", "scope-missing", "day-not-over",
                        "alerts-missing", "unavailable"),
)  # fmt: skip
async def count(caller: AlertsCaller, alerts: AlertsDep, day: date) -> Response:
    """How many alerts you got on a past day of Shanghai, zero included: first and last number, and their digest.

    The digest is SHA-256 over the lines that `liancheng alerts --json` or this service gives, each with its newline.
    """
    return Response(encode(await alerts.count(caller.bank, day)), headers=_NO_STORE, media_type="application/json")
