"""`POST /v1/screenings/stream`: a book of any size, answered row by row while it is being sent.

Rows are read no faster than their answers are taken: a client must read while it writes.
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from consumers.books.customers import NEEDED, ScreeningRow, screening_row
from file_formats.bank_rows import BankStream
from liancheng.answers.screening_answers import AskedRow, ScreenedRow, StreamEnd
from liancheng.records.screening_receipts import canonical
from service.engines.book_screener import BookScreening
from service.engines.callers import Caller
from service.web.auth import ScreenCaller
from service.web.files import file_form
from service.web.limits import ROWS_PER_TOKEN, Limits
from service.web.openapi import answer_of, body_of
from service.web.parts import BookScreenerDep, LimitsDep
from service.web.problems import problem_of

router = APIRouter(prefix="/v1", tags=["screening"])

NDJSON = "application/x-ndjson"
_BATCH_MAX = 500  # rows
_REFUSALS = ("no-key", "scope-missing", "too-many-requests", "unsupported-media-type", "view-stale")


class _AnswerWhileReading(StreamingResponse):
    """Starlette's own class listens for a disconnect, and so takes parts of the request's body from its reader."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


@router.post(
    "/screenings/stream",
    responses=answer_of(
        ScreenedRow | StreamEnd, "One line per row, and a last one with the receipt.", *_REFUSALS, media=NDJSON
    ),
    openapi_extra=body_of(
        AskedRow, "NDJSON: one row per line; or text/csv with a first line of uscc,name,customer_ref.", NDJSON
    ),
)
async def stream(
    request: Request, caller: ScreenCaller, screener: BookScreenerDep, limits: LimitsDep
) -> StreamingResponse:
    """A book of any size, NDJSON or CSV in, NDJSON out. A bad row is answered by its `error`; the others are screened.

    The last line carries summary and receipt; a stream without it was interrupted, or has a problem as its last line.
    """
    form = file_form(request)
    await screener.check_fresh()
    batches = _batches(request, BankStream(NEEDED, is_json=form.is_json, encoding=form.encoding))
    return _AnswerWhileReading(_answers(batches, screener.book(caller), caller, limits), media_type=NDJSON)


async def _answers(
    batches: AsyncIterator[list[ScreeningRow]], book: BookScreening, caller: Caller, limits: Limits
) -> AsyncIterator[bytes]:
    try:
        async for rows in batches:
            await asyncio.sleep(limits.wait_s(caller.bank, caller.rate, len(rows) / ROWS_PER_TOKEN))
            yield b"\n".join(await book.screen(rows)) + b"\n"
        yield book.end_line()
    except ClientDisconnect:
        return
    except Exception as error:
        problem = problem_of(error)
        if problem.slug == "internal":
            raise
        yield canonical({"type": "problem", "problem": problem.body}) + b"\n"


async def _batches(request: Request, lines: BankStream) -> AsyncIterator[list[ScreeningRow]]:
    """Yields rows as they arrive, a few hundred at most."""
    async for chunk in request.stream():
        rows = [screening_row(row) for row in lines.take(chunk)]
        for first in range(0, len(rows), _BATCH_MAX):
            yield rows[first : first + _BATCH_MAX]
    if rows := [screening_row(row) for row in lines.end()]:
        yield rows
