"""A book from a file: uploaded, screened while its progress is shown, hits first, to be kept as CSV and as proof."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import RedirectResponse

from liancheng.answers.screening_answers import ScreenedRow
from liancheng.records.entries import RANK
from service.pages.bank import book_csv, book_file
from service.pages.bank.book_file import WrongFileError
from service.pages.bank.book_shelf import Book, Shelf
from service.pages.rendering import page
from service.pages.routing import PageRoute
from service.pages.sessions import Session, may, sessions
from service.web.problems import Problem
from service.web.services import services

router = APIRouter(route_class=PageRoute)

_SHOWN = 500  # rows of one table; the file has all
_READING = asyncio.Semaphore(2)  # files that are read at once: a workbook takes a process of its own
_READ_ON = 16  # times the limit: a browser shows no answer before it has sent everything


@router.get("/books")
async def form(request: Request) -> Response:
    may(request, "screen")
    return _form(request)


@router.post("/books")
async def upload(request: Request) -> Response:
    session, who = may(request, "screen")
    here = services(request)
    try:
        raw, name = await _file(request, session, here.settings.api_body_max)
        async with _READING:
            file = await asyncio.to_thread(book_file.read, raw, name)
    except WrongFileError as wrong:
        return _form(request, wrong)
    book = _shelf(request).take(here, who, name, file)
    return RedirectResponse(f"/books/{book.id}", 303)


@router.get("/books/{id_}")
async def book(request: Request, id_: str) -> Response:
    found = _found(request, id_)
    if not found.ended:
        return page(request, "book_running.html", book=found, total=len(found.file.rows))
    if found.problem:
        raise found.problem
    return page(request, "book.html", book=found, limit=_SHOWN, **await asyncio.to_thread(_sorted, found))


@router.get("/books/{id_}/progress")
async def progress(request: Request, id_: str) -> Response:
    found = _found(request, id_, charged=False)
    told = {"done": found.done, "total": len(found.file.rows), "ended": found.ended}
    return Response(msgspec.json.encode(told), media_type="application/json")


@router.get("/books/{id_}/rows.csv")
async def rows(request: Request, id_: str) -> Response:
    found = _done(request, id_)
    text = await asyncio.to_thread(book_csv.written, found.screened(), found.file.lines, found.file.asked)
    return _download(text.encode(), "text/csv; charset=utf-8", f"{_stem(found)}-筛查结果.csv")


@router.get("/books/{id_}/proof.jsonl")
async def proof(request: Request, id_: str) -> Response:
    found = _done(request, id_)
    return _download(found.lines(), "application/x-ndjson", f"{_stem(found)}-凭证.jsonl")


def _form(request: Request, wrong: WrongFileError | None = None) -> Response:
    limit = services(request).settings.api_body_max
    return page(request, "books.html", 400 if wrong else 200, wrong=wrong, limit=limit)


async def _file(request: Request, session: Session, limit: int) -> tuple[bytes, str]:
    """The bytes of the file and its name.

    Raises:
        WrongFileError: none, or too large.
        Problem: the form is not ours.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Problem("unsupported-media-type", "expected multipart/form-data")
    whole = await _body(request, limit)

    async def once() -> AsyncIterator[bytes]:
        yield whole

    try:
        parser = MultiPartParser(request.headers, cast(Any, once()), max_files=1, max_fields=5)
        parser.spool_max_size = limit  # never on disk
        found: FormData = await parser.parse()
    except MultiPartException as error:
        raise Problem("bad-request", error.message) from error
    sessions(request).check_csrf(session, found.get("csrf"))
    file = found.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise WrongFileError("wrong.file.none")
    return await file.read(), file.filename[:100]


async def _body(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit * _READ_ON:
            raise Problem("too-large", f"{limit:,} bytes are taken at most", {"Connection": "close"})
        if size <= limit:
            parts.append(part)
    if size > limit:
        raise WrongFileError("wrong.file.large", limit=f"{limit / 2**20:.3g}")
    return b"".join(parts)


def _shelf(request: Request) -> Shelf:
    return cast(Shelf, request.app.state.shelf)


def _found(request: Request, id_: str, *, charged: bool = True) -> Book:
    _, who = may(request, "screen", charged=charged)
    return _shelf(request).find(id_, who.bank)


def _done(request: Request, id_: str) -> Book:
    found = _found(request, id_)
    if found.summary is None:
        raise Problem("not-found", "this book is being screened still")
    return found


def _sorted(found: Book) -> dict[str, Any]:
    """Rows by what a clerk has to do about them; the worst first."""
    hits: list[tuple[int, ScreenedRow]] = []
    alike: list[tuple[int, ScreenedRow]] = []
    refused: list[tuple[int, ScreenedRow]] = []
    for line, row in zip(found.file.lines, found.screened(), strict=True):
        if row.error:
            refused.append((line, row))
        elif row.matches:
            alike.append((line, row))
        elif row.company and row.company.level != "clear":
            hits.append((line, row))
    hits.sort(key=lambda one: -RANK[one[1].company.level] if one[1].company else 0)
    asked = dict(zip(found.file.lines, found.file.asked, strict=True))
    return {"hits": hits, "alike": alike, "refused": refused, "asked": asked}


def _stem(found: Book) -> str:
    return found.name.rpartition(".")[0] or found.name


def _download(raw: bytes, media: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(raw, headers=headers, media_type=media)
