"""`POST /v1/screenings`: a book of up to 10,000 companies in one call."""

from fastapi import APIRouter, Request, Response

from consumers.view.reader import COMPANIES_MAX
from liancheng.answers.screening_answers import Book, ScreenedBook
from liancheng.records.screening_receipts import canonical
from service.engines.rows import read_rows
from service.web.auth import ScreenCaller, charge
from service.web.limits import ROWS_PER_TOKEN
from service.web.openapi import answer_of, body_of
from service.web.parts import BookScreenerDep
from service.web.problems import Problem

router = APIRouter(prefix="/v1", tags=["screening"])

_REFUSALS = ("bad-request", "no-key", "scope-missing", "too-large", "unsupported-media-type", "too-many-requests")


@router.post(
    "/screenings",
    responses=answer_of(ScreenedBook, "Every row with its result.", "names-not-ready", "view-stale", *_REFUSALS),
    openapi_extra=body_of(Book, "Up to 10,000 rows. A row without a USCC is searched by its name."),
)
async def screenings(request: Request, caller: ScreenCaller, screener: BookScreenerDep) -> Response:
    """A whole book: every row answered for itself, all of the same instant of the list, under one receipt.

    A row that cannot be screened carries an `error`; the others are answered.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Problem("unsupported-media-type", f"found {media or 'none'}, expected application/json")
    rows = read_rows(await request.body())
    if len(rows) > COMPANIES_MAX:
        detail = (
            f"found {len(rows):,} rows, expected at most {COMPANIES_MAX:,}: use /v1/screenings/stream, or several calls"
        )
        raise Problem("too-large", detail, limit=COMPANIES_MAX)
    charge(request, caller, len(rows) / ROWS_PER_TOKEN)
    book = screener.book(caller)
    lines = await book.screen(rows)
    body = b'{"position":%b,"rows":[%b],"summary":%b,"receipt":%b}' % (
        canonical(book.position), b",".join(lines), canonical(book.summary), book.receipt(),
    )  # fmt: skip
    return Response(body, media_type="application/json")
