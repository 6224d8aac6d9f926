"""/v1/watches: whom a bank watches. A bank sees and changes its own watches alone."""

import asyncio
import re
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from consumers.books import book, watchlist
from consumers.books.watch_file import Refused
from consumers.books.watchlist import Difference, WatchRow
from liancheng import codec
from liancheng.records.alerts import Watch
from liancheng.text.identity import check_uscc
from service.engines.book_replacement import Sent
from service.engines.upload_store import RefusedRow, Upload, as_model
from service.engines.watch_lines import Form, rows_of
from service.routes.bank import watch_models
from service.routes.bank.watch_models import Changed, Page, RefusedPage, Uploads, WatchWish
from service.web import openapi
from service.web.auth import Caller, caller
from service.web.problems import Problem
from service.web.services import services
from transport.table_writer import TableRecord

router = APIRouter(prefix="/v1", tags=["watches"])

Watcher = Annotated[Caller, Depends(caller("watch"))]
_FORMS: dict[str, Form] = {"text/csv": "csv", "application/x-ndjson": "jsonl", "application/jsonl": "jsonl"}
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}
_UPLOAD = re.compile(r"[A-Za-z0-9_-]{8,64}")
_ASKED = ("bad-request", "no-key", "scope-missing", "too-many-requests", "starting")
_CHANGING = (*_ASKED, "book-busy")
_ROWS_ABOUT = "A row a line with the columns of docs/banks.md; text/csv (with a header) or application/x-ndjson."
_BODY = {"requestBody": {"required": True, "description": _ROWS_ABOUT, "content": {
    "text/csv": {"schema": {"type": "string"}}, "application/x-ndjson": {"schema": {"type": "string"}},
}}}  # fmt: skip


@router.get("/watches", responses=openapi.answer_of(Page, "A page of the book, by USCC.", *_ASKED))
async def read_book(
    request: Request, who: Watcher, after: str = "", limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000
) -> Response:
    """The bank's watches behind a USCC. `next` is what to ask `after` next; null: that was the last page."""
    live = _live(request)
    found = await asyncio.to_thread(lambda: list(live.after(who.bank, after, limit)))
    watches = tuple(msgspec.Raw(raw) for _, raw in found)
    return _json({"watches": watches, "next": found[-1][0] if len(found) == limit else None})


@router.get("/watches/uploads", responses=openapi.answer_of(Uploads, "Uploads of the last week.", *_ASKED))
async def read_uploads(request: Request, who: Watcher) -> Response:
    """The bank's uploads of whole books, those that were touched last at the end."""
    return _json(Uploads(uploads=tuple(await asyncio.to_thread(services(request).replacing.store.all, who.bank))))


@router.delete("/watches/uploads/{upload}", status_code=204, responses=openapi.refusals_of(*_ASKED))
async def forget_upload(request: Request, who: Watcher, upload: str) -> Response:
    """Forget an upload, whatever became of it."""
    await asyncio.to_thread(services(request).replacing.store.forget, who.bank, upload)
    return Response(status_code=204)


@router.get("/watches/{uscc}", responses=openapi.answer_of(Watch, "The watch.", *_ASKED, "bad-uscc", "not-found"))
async def read_watch(request: Request, who: Watcher, uscc: str) -> Response:
    """One company's watch."""
    raw = await asyncio.to_thread(_live(request).one, who.bank, _checked(uscc))
    if raw is None:
        raise Problem("not-found", "this company is not watched")
    return _json(msgspec.Raw(raw))


@router.put(
    "/watches/{uscc}",
    responses=openapi.answer_of(Watch, "The watch as it stands now.", *_CHANGING, "bad-uscc"),
    openapi_extra=openapi.body_of(WatchWish, "References and filters; both replace those that stand."),
)
async def put_watch(request: Request, who: Watcher, uscc: str) -> Response:
    """Watch a company with exactly these references and filters."""
    wish = watch_models.read_wish(await request.body())
    watch = watchlist.watch_of(who.bank, _checked(uscc), wish.references, wish.filters)
    raw, live = codec.encode(watch), _live(request)

    def plan() -> Iterable[TableRecord]:
        return () if live.one(who.bank, watch.uscc) == raw else book.standing([watch])

    await asyncio.to_thread(services(request).books.change, who.bank, plan)
    return _json(msgspec.Raw(raw))


@router.delete("/watches/{uscc}", status_code=204, responses=openapi.refusals_of(*_CHANGING, "bad-uscc"))
async def end_watch(request: Request, who: Watcher, uscc: str) -> Response:
    """End a watch; one that is not there is ended already."""
    checked, live = _checked(uscc), _live(request)

    def plan() -> Iterable[TableRecord]:
        return book.ended(who.bank, [checked]) if live.one(who.bank, checked) else ()

    await asyncio.to_thread(services(request).books.change, who.bank, plan)
    return Response(status_code=204)


@router.post(
    "/watches",
    responses=openapi.answer_of(Changed, "What became of the rows.", *_CHANGING, "unsupported-media-type"),
    openapi_extra=_BODY,
)
async def add_watches(request: Request, who: Watcher, remove: bool = False) -> Response:
    """Add rows to the book; references are merged with those that stand. `remove`: end them instead."""
    live, (form, encoding) = _live(request), _form(request)
    found = list(rows_of(await request.body(), form, encoding, needs_reference=form == "csv" and not remove))
    rows = [row for row in found if isinstance(row, WatchRow)]
    refused = tuple(as_model(row) for row in found if isinstance(row, Refused))
    made: list[Difference] = [Difference()]

    def plan() -> Iterable[TableRecord]:
        raws = live.some(who.bank, sorted({row.uscc for row in rows}))
        standing = {uscc: codec.read(book.decode, raw, book.TOPIC.name) for uscc, raw in raws.items()}
        made[0] = watchlist.removing(standing, rows) if remove else watchlist.adding(who.bank, standing, rows)
        return book.records(who.bank, made[0])

    if rows:
        await asyncio.to_thread(services(request).books.change, who.bank, plan)
    return _json(_changed(made[0], refused))


@router.put(
    "/watches",
    responses=openapi.answer_of(
        Upload, "The upload, done.", *_CHANGING, "unsupported-media-type", "upload-offset", "upload-taken"
    ),
    openapi_extra=_BODY,
)
async def replace_book(
    request: Request, who: Watcher, upload: str, offset: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Make the whole book exactly these rows, of which there may be a million. Only differences are written.

    `upload` is a name of your own. Where the connection breaks, ask for `/v1/watches/uploads/{upload}` and send the
    bytes from its `offset` on. Nothing changes until the last row was read; nothing is removed as long as
    a row was refused.
    """
    if not _UPLOAD.fullmatch(upload):
        raise Problem("bad-request", "upload: expected 8 to 64 letters, digits, - or _")
    form, encoding = _form(request)
    _live(request)
    replacing = services(request).replacing
    received = await replacing.receive(who.bank, upload, Sent(offset, form, encoding, request.stream()))
    return _json(await asyncio.to_thread(replacing.apply, who.bank, received))


@router.get("/watches/uploads/{upload}", responses=openapi.answer_of(Upload, "How far it is.", *_ASKED, "not-found"))
async def read_upload(request: Request, who: Watcher, upload: str) -> Response:
    """How far an upload of a whole book is."""
    return _json(await asyncio.to_thread(services(request).replacing.seen, who.bank, upload))


@router.get(
    "/watches/uploads/{upload}/refused",
    responses=openapi.answer_of(RefusedPage, "Rows that were not taken, and why.", *_ASKED, "not-found"),
)
async def read_refused(
    request: Request, who: Watcher, upload: str, after: int = 0, limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000
) -> Response:
    """The refused rows of an upload behind a line."""
    replacing = services(request).replacing
    await asyncio.to_thread(replacing.seen, who.bank, upload)
    rows = await asyncio.to_thread(replacing.store.refused, who.bank, upload, after, limit)
    return _json({"refused": rows})


def _live(request: Request) -> Any:
    live = services(request).watches
    if not live.caught_up.is_set():
        raise Problem("starting", f"the watches are being read ({live.progress:.0%})", {"Retry-After": "1"})
    return live


def _checked(text: str) -> str:
    uscc, wrong = check_uscc(text)
    if uscc is None:
        expected = f"expected {wrong.expected}: {wrong.remedy}" if wrong else "expected a USCC"
        raise Problem("bad-uscc", f"found {text!r}, {expected}")
    return uscc


def _form(request: Request) -> tuple[Form, str]:
    media, _, rest = request.headers.get("content-type", "").lower().partition(";")
    form = _FORMS.get(media.strip())
    charset = rest.partition("charset=")[2].strip().strip('"') or "utf-8"
    if form is None or charset not in _ENCODINGS:
        raise Problem(
            "unsupported-media-type",
            f"found {media.strip() or 'none'}, expected text/csv or application/x-ndjson, in utf-8 or gb18030",
        )
    return form, _ENCODINGS[charset]


def _changed(difference: Difference, refused: tuple[RefusedRow, ...]) -> Changed:
    return Changed(
        added=len(difference.added),
        changed=len(difference.changed),
        removed=len(difference.removed),
        unchanged=difference.unchanged,
        refused=refused,
    )


def _json(told: Any) -> Response:
    return Response(codec.encode(told), media_type="application/json")
