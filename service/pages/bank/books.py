"""A book from a file: uploaded, screened while the page shows the progress, downloaded as CSV and as proof."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import RedirectResponse

from liancheng.answers.screening_answers import ScreenedRow
from liancheng.records.entries import RANK
from service.pages.bank import book_csv, book_file
from service.pages.bank.book_file import WrongFileError
from service.pages.bank.book_shelf import BookShelf, ShelvedBook
from service.pages.rendering import page
from service.pages.routing import PageRoute
from service.pages.sessions import Clerk, MayScreen, Session, Sessions, SessionsDep, may
from service.web.parts import SettingsDep, provided
from service.web.problems import Problem

router = APIRouter(route_class=PageRoute)

_ROWS_SHOWN = 500  # in one table; the file has all
_FILES_AT_ONCE = asyncio.Semaphore(2)  # a workbook is read in a process of its own
_READ_ON = 16  # times the limit: a browser shows no answer before it has sent everything

ShelfDep = Annotated[BookShelf, Depends(provided(BookShelf))]


async def shelved(clerk: MayScreen, shelf: ShelfDep, id_: str) -> ShelvedBook:
    """Returns the bank's book of this id."""
    return shelf.find(id_, clerk.caller.bank)


async def screened(book: Annotated[ShelvedBook, Depends(shelved)]) -> ShelvedBook:
    """Returns the book of this id, which has been screened."""
    if book.summary is None:
        raise Problem("not-found", "this book is still being screened")
    return book


ScreenedBook = Annotated[ShelvedBook, Depends(screened)]


@router.get("/books")
async def form(request: Request, _: MayScreen, settings: SettingsDep) -> Response:
    return _form(request, settings.api_body_max)


@router.post("/books")
async def upload(
    request: Request, clerk: MayScreen, sessions: SessionsDep, shelf: ShelfDep, settings: SettingsDep
) -> Response:
    limit = settings.api_body_max
    try:
        raw, name = await _file(request, sessions, clerk.session, limit)
        async with _FILES_AT_ONCE:
            file = await asyncio.to_thread(book_file.read, raw, name)
    except WrongFileError as wrong:
        return _form(request, limit, wrong)
    return RedirectResponse(f"/books/{shelf.add(clerk.caller, name, file).id}", 303)


@router.get("/books/{id_}")
async def book(request: Request, book: Annotated[ShelvedBook, Depends(shelved)]) -> Response:
    if not book.ended:
        return page(request, "book_running.html", book=book, total=len(book.file.rows))
    if book.problem:
        raise book.problem
    return page(request, "book.html", book=book, limit=_ROWS_SHOWN, **await asyncio.to_thread(_sorted, book))


@router.get("/books/{id_}/progress")
async def progress(clerk: Annotated[Clerk, Depends(may("screen", cost=0))], shelf: ShelfDep, id_: str) -> Response:
    book = shelf.find(id_, clerk.caller.bank)
    state = {"done": book.done, "total": len(book.file.rows), "ended": book.ended}
    return Response(msgspec.json.encode(state), media_type="application/json")


@router.get("/books/{id_}/rows.csv")
async def rows(book: ScreenedBook) -> Response:
    text = await asyncio.to_thread(book_csv.written, book.screened(), book.file.lines, book.file.asked)
    return _download(text.encode(), "text/csv; charset=utf-8", f"{_stem(book)}-筛查结果.csv")


@router.get("/books/{id_}/proof.jsonl")
async def proof(book: ScreenedBook) -> Response:
    return _download(book.lines(), "application/x-ndjson", f"{_stem(book)}-凭证.jsonl")


def _form(request: Request, limit: int, wrong: WrongFileError | None = None) -> Response:
    return page(request, "books.html", 400 if wrong else 200, wrong=wrong, limit=limit)


async def _file(request: Request, sessions: Sessions, session: Session, limit: int) -> tuple[bytes, str]:
    """Returns the bytes of the file and its name.

    Raises:
        WrongFileError: there is none, or it is too large.
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
        form: FormData = await parser.parse()
    except MultiPartException as error:
        raise Problem("bad-request", error.message) from error
    sessions.check_csrf(session, form.get("csrf"))
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise WrongFileError("wrong.file.none")
    return await file.read(), file.filename[:100]


async def _body(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit * _READ_ON:
            raise Problem("too-large", f"at most {limit:,} bytes are accepted", {"Connection": "close"})
        if size <= limit:
            parts.append(part)
    if size > limit:
        raise WrongFileError("wrong.file.large", limit=f"{limit / 2**20:.3g}")
    return b"".join(parts)


def _sorted(book: ShelvedBook) -> dict[str, Any]:
    """Returns the rows by what a clerk has to do about them, the most severe first."""
    hits: list[tuple[int, ScreenedRow]] = []
    alike: list[tuple[int, ScreenedRow]] = []
    refused: list[tuple[int, ScreenedRow]] = []
    for line, row in zip(book.file.lines, book.screened(), strict=True):
        if row.error:
            refused.append((line, row))
        elif row.matches:
            alike.append((line, row))
        elif row.company and row.company.level != "clear":
            hits.append((line, row))
    hits.sort(key=lambda pair: -RANK[pair[1].company.level] if pair[1].company else 0)
    asked = dict(zip(book.file.lines, book.file.asked, strict=True))
    return {"hits": hits, "alike": alike, "refused": refused, "asked": asked}


def _stem(book: ShelvedBook) -> str:
    return book.name.rpartition(".")[0] or book.name


def _download(raw: bytes, media: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(raw, headers=headers, media_type=media)
