"""`POST /v1/screenings`: a book of up to 10,000 companies in one call."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from consumers.view.reader import MOST
from liancheng.answers.screening_answers import AskedRow, Book, RowError, ScreenedBook
from liancheng.records.screening_receipts import Asked, canonical
from service.engines import rows
from service.engines.rows import ScreeningRow, Tally
from service.web.auth import Caller, caller
from service.web.openapi import answer_of, body_of
from service.web.problems import Problem
from service.web.services import services

router = APIRouter(prefix="/v1", tags=["screening"])

PER_TOKEN = 100  # rows that cost as much of the rate as one request
_REFUSALS = ("bad-request", "no-key", "scope-missing", "too-large", "unsupported-media-type", "too-many-requests")


class _Loose(msgspec.Struct):
    """A book of which some rows may be none."""

    companies: list[msgspec.Raw]


_decode = msgspec.json.Decoder(Book)
_decode_loose = msgspec.json.Decoder(_Loose)
_decode_row = msgspec.json.Decoder(AskedRow)


@router.post(
    "/screenings",
    responses=answer_of(ScreenedBook, "Every row with what became of it.", "names-not-ready", "view-stale", *_REFUSALS),
    openapi_extra=body_of(Book, "Up to 10,000 rows. A row without a USCC is searched by its name."),
)
async def screenings(request: Request, who: Annotated[Caller, Depends(caller("screen"))]) -> Response:
    """A whole book: every row answered for itself, all of the same instant of the list, under one receipt.

    A row that cannot be screened carries an `error`; the others go on.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem("unsupported-media-type", f"found {kind or 'none'}, expected application/json")
    asked = read(await request.body())
    if len(asked) > MOST:
        detail = f"found {len(asked):,} rows, expected at most {MOST:,}: use /v1/screenings/stream, or several calls"
        raise Problem("too-large", detail, limit=MOST)
    here = services(request)
    here.limits.charge(who.bank, who.rate, len(asked) / PER_TOKEN)
    tally = Tally()
    screened = await rows.screen(here, asked, tally)
    standard = here.list.standard
    receipt = here.receipts.make(who, Asked(rows=len(asked)), tally.digest, standard, screened.position)
    body = b'{"position":%b,"rows":[%b],"summary":%b,"receipt":%b}' % (
        canonical(screened.position), b",".join(screened.lines), canonical(tally.summary), receipt,
    )  # fmt: skip
    return Response(body, media_type="application/json")


def read(body: bytes) -> list[ScreeningRow]:
    """The rows of a body. A row that is none is kept as its error.

    Raises:
        DecodeError: the body is no book at all.
    """
    try:
        return list(_decode.decode(body).companies)
    except msgspec.ValidationError:
        return [read_row(raw) for raw in _decode_loose.decode(body).companies]


def read_row(raw: bytes | msgspec.Raw) -> ScreeningRow:
    """One row of JSON, or why it is none."""
    try:
        return _decode_row.decode(raw)
    except RecursionError:
        return RowError(code="bad-row", detail="found JSON that is nested too deeply")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return RowError(code="bad-row", detail=f'{error}; expected {{"uscc": "…"}} or {{"name": "…"}}')
