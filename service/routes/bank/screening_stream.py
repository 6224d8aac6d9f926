"""`POST /v1/screenings/stream`: a book of any size, answered row by row while it is being sent.

Rows are read no faster than their answers are taken: a client must read while it writes.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from liancheng.answers.screening_answers import AskedRow, ScreenedRow, StreamEnd
from liancheng.records.screening_receipts import Asked, ListPosition, canonical
from service.engines import rows
from service.engines.row_lines import LINES, Lines
from service.engines.rows import ScreeningRow, Tally
from service.routes.bank.books import PER_TOKEN
from service.web import problems
from service.web.auth import Caller, caller
from service.web.openapi import answer_of, body_of
from service.web.problems import Problem
from service.web.services import Services, services

router = APIRouter(prefix="/v1", tags=["screening"])

NDJSON = "application/x-ndjson"
_AT_ONCE = 500  # rows that are screened together
_REFUSALS = ("no-key", "scope-missing", "too-many-requests", "unsupported-media-type", "view-stale")


class _WhileReading(StreamingResponse):
    """Starlette's own listens for a disconnect meanwhile, and so takes the request's body away from its reader."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


@router.post(
    "/screenings/stream",
    responses=answer_of(
        ScreenedRow | StreamEnd, "A line a row, and a last one with the receipt.", *_REFUSALS, media=NDJSON
    ),
    openapi_extra=body_of(
        AskedRow, "NDJSON: a row a line; or text/csv with a first line of uscc,name,customer_ref.", NDJSON
    ),
)
async def stream(request: Request, who: Annotated[Caller, Depends(caller("screen"))]) -> StreamingResponse:
    """A book of any size, NDJSON or CSV in, NDJSON out. A bad row is answered by its `error`, and the rest goes on.

    The last line carries summary and receipt; a stream without it was broken off, or has a problem as its last line.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in LINES:
        raise Problem("unsupported-media-type", f"found {kind or 'none'}, expected one of {', '.join(LINES)}")
    here = services(request)
    await here.view.check_fresh()
    return _WhileReading(_answered(request, here, who, LINES[kind]()), media_type=NDJSON)


async def _answered(request: Request, here: Services, who: Caller, lines: Lines) -> AsyncIterator[bytes]:
    tally = Tally()
    position: ListPosition | None = None
    try:
        async for found in _batches(request, lines):
            await asyncio.sleep(here.limits.wait_s(who.bank, who.rate, len(found) / PER_TOKEN))
            screened = await rows.screen(here, found, tally)
            position = screened.position
            yield b"\n".join(screened.lines) + b"\n"
        receipt = here.receipts.make(who, Asked(rows=tally.rows), tally.digest, here.list.standard, position)
        yield b'{"type":"end","summary":%b,"receipt":%b}\n' % (canonical(tally.summary), receipt)
    except ClientDisconnect:
        return
    except Exception as error:
        problem = problems.of(error)
        if problem.slug == "internal":
            raise
        yield canonical({"type": "problem", "problem": problem.body}) + b"\n"


async def _batches(request: Request, lines: Lines) -> AsyncIterator[list[ScreeningRow]]:
    """Rows as they come, a few hundred at most."""
    async for chunk in request.stream():
        found = lines.take(chunk)
        for first in range(0, len(found), _AT_ONCE):
            yield found[first : first + _AT_ONCE]
    if found := lines.end():
        yield found
