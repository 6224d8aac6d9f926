"""`/v1/watches`: the companies that a bank watches. A bank sees and changes its own watches alone."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from starlette.requests import ClientDisconnect

from consumers.books import watch_file, watchlist
from liancheng import codec
from liancheng.records.alerts import Watch
from service.engines.book_replacement import UploadBody
from service.engines.errors import BodyInterruptedError, NotFoundError
from service.engines.upload_store import Upload, as_model
from service.routes.bank import watch_models
from service.routes.bank.watch_models import Changed, Page, RefusedPage, Uploads, WatchChange
from service.web import openapi, query
from service.web.auth import WatchCaller
from service.web.files import WORKBOOKS, file_form
from service.web.parts import BookKeeperDep, BookReplacementDep, WatchesDep
from service.web.problems import Problem

router = APIRouter(prefix="/v1", tags=["watches"])

_UPLOAD = re.compile(r"[A-Za-z0-9_-]{8,64}")
_READING = ("bad-request", "no-key", "scope-missing", "too-many-requests", "starting")
_CHANGING = (*_READING, "book-busy")
_ROWS_ABOUT = "Rows with the columns of docs/banks.md: text/csv with a header, or application/x-ndjson"
_STREAM = openapi.file_body(f"{_ROWS_ABOUT}.")
_FILE = openapi.file_body(f"{_ROWS_ABOUT}, or an Excel workbook.", *WORKBOOKS)

Limit = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/watches", responses=openapi.answer_of(Page, "A page of the book, by USCC.", *_READING))
async def read_book(caller: WatchCaller, watches: WatchesDep, after: str = "", limit: Limit = 1_000) -> Response:
    """The bank's watches after a USCC. `next` is the `after` of the next request; null: that was the last page."""
    rows = await asyncio.to_thread(lambda: list(watches.after(caller.bank, after, limit)))
    page = tuple(msgspec.Raw(raw) for _, raw in rows)
    return _json({"watches": page, "next": rows[-1][0] if len(rows) == limit else None})


@router.get("/watches/uploads", responses=openapi.answer_of(Uploads, "Uploads of the last week.", *_READING))
async def read_uploads(caller: WatchCaller, replacement: BookReplacementDep) -> Response:
    """The bank's uploads of whole books, the most recently changed last."""
    return _json(Uploads(uploads=tuple(await asyncio.to_thread(replacement.store.all, caller.bank))))


@router.delete("/watches/uploads/{upload}", status_code=204, responses=openapi.refusals_of(*_READING))
async def forget_upload(caller: WatchCaller, replacement: BookReplacementDep, upload: str) -> Response:
    """Forget an upload, whatever its state."""
    await asyncio.to_thread(replacement.store.forget, caller.bank, upload)
    return Response(status_code=204)


@router.get("/watches/{uscc}", responses=openapi.answer_of(Watch, "The watch.", *_READING, "bad-uscc", "not-found"))
async def read_watch(caller: WatchCaller, watches: WatchesDep, uscc: str) -> Response:
    """One company's watch."""
    raw = await asyncio.to_thread(watches.watch, caller.bank, query.uscc(uscc))
    if raw is None:
        raise NotFoundError("this company is not watched")
    return _json(msgspec.Raw(raw))


@router.put(
    "/watches/{uscc}",
    responses=openapi.answer_of(Watch, "The watch as it stands now.", *_CHANGING, "bad-uscc"),
    openapi_extra=openapi.body_of(WatchChange, "References and filters; both replace the current ones."),
)
async def put_watch(request: Request, caller: WatchCaller, books: BookKeeperDep, uscc: str) -> Response:
    """Watch a company with exactly these references and filters."""
    change = watch_models.read_change(await request.body())
    watch = watchlist.watch_of(caller.bank, query.uscc(uscc), change.references, change.filters)
    return _json(msgspec.Raw(await asyncio.to_thread(books.put, watch)))


@router.delete("/watches/{uscc}", status_code=204, responses=openapi.refusals_of(*_CHANGING, "bad-uscc"))
async def end_watch(caller: WatchCaller, books: BookKeeperDep, uscc: str) -> Response:
    """End a watch; if there is none, nothing changes."""
    await asyncio.to_thread(books.end, caller.bank, query.uscc(uscc))
    return Response(status_code=204)


@router.post(
    "/watches",
    responses=openapi.answer_of(Changed, "What became of the rows.", *_CHANGING, "unsupported-media-type"),
    openapi_extra=_FILE,
)
async def add_watches(request: Request, caller: WatchCaller, books: BookKeeperDep, remove: bool = False) -> Response:
    """Add rows to the book; references are merged with the current ones. `remove`: end these watches instead."""
    file_form(request, *WORKBOOKS)
    body = await request.body()
    file = await asyncio.to_thread(watch_file.read, body, "the body", needs_reference=not remove)
    difference = await asyncio.to_thread(books.merge, caller.bank, file.rows, remove=remove)
    changed = Changed(
        added=len(difference.added),
        changed=len(difference.changed),
        removed=len(difference.removed),
        unchanged=difference.unchanged,
        refused=tuple(map(as_model, file.refused)),
    )
    return _json(changed)


@router.put(
    "/watches",
    responses=openapi.answer_of(
        Upload,
        "The upload, done.",
        *_CHANGING,
        "unsupported-media-type",
        "upload-offset",
        "upload-taken",
        "book-shrinks",
    ),
    openapi_extra=_STREAM,
)
async def replace_book(
    request: Request,
    caller: WatchCaller,
    replacement: BookReplacementDep,
    *,
    upload: str,
    offset: Annotated[int, Query(ge=0)] = 0,
    confirm: bool = False,
) -> Response:
    """Make the whole book exactly these rows, of which there may be a million. Only differences are written.

    `upload` is a name of your own. If the connection breaks, ask for `/v1/watches/uploads/{upload}` and send the
    bytes from its `offset` on. Nothing changes until the last row has been read; nothing is removed as long as
    a row is refused. A book that ends more than half of the watches is refused unless it comes with `confirm=true`.
    """
    if not _UPLOAD.fullmatch(upload):
        raise Problem("bad-request", "upload: expected 8 to 64 letters, digits, - or _")
    body = UploadBody(offset, *file_form(request), _chunks(request))
    received = await replacement.receive(caller.bank, upload, body)
    return _json(await asyncio.to_thread(replacement.apply, caller.bank, received, confirm))


@router.get("/watches/uploads/{upload}", responses=openapi.answer_of(Upload, "How far it is.", *_READING, "not-found"))
async def read_upload(caller: WatchCaller, replacement: BookReplacementDep, upload: str) -> Response:
    """How far an upload of a whole book is."""
    return _json(await asyncio.to_thread(replacement.upload, caller.bank, upload))


@router.get(
    "/watches/uploads/{upload}/refused",
    responses=openapi.answer_of(RefusedPage, "Rows that were refused, and why.", *_READING, "not-found"),
)
async def read_refused(
    caller: WatchCaller, replacement: BookReplacementDep, upload: str, after: int = 0, limit: Limit = 1_000
) -> Response:
    """The refused rows of an upload after a line."""
    await asyncio.to_thread(replacement.upload, caller.bank, upload)
    return _json({"refused": await asyncio.to_thread(replacement.store.refused, caller.bank, upload, after, limit)})


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as error:
        raise BodyInterruptedError("the connection broke before the last row") from error


def _json(answer: Any) -> Response:
    return Response(codec.encode(answer), media_type="application/json")
