"""Errors as RFC 9457 says: `application/problem+json` with a stable type. docs/problems.md lists them all."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from consumers.books.book import BookTakenError
from consumers.reading.gapless import MissingAlertError
from consumers.view.position import StaleViewError
from liancheng.errors import UnavailableError, WrongUseError

TYPE = "urn:liancheng:problem:"
MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """`title` never changes with the case; `mend` is for the page that lists them."""

    status: int
    title: str
    mend: str


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400, "The request cannot be read", "`detail` says what was found and what was expected"),
    "bad-uscc": Kind(400, "This is no USCC", "check the code on the licence; it is never repaired here"),
    "no-key": Kind(401, "A key is needed", "send `Authorization: Bearer lc_…`"),
    "key-refused": Kind(401, "This key is not valid", "it is mistyped or ended, or the bank was removed"),
    "key-ended": Kind(401, "This key has ended", "use the new one, or ask the office for one"),
    "scope-missing": Kind(403, "This key is not for that", "use a key that has the scope named in `scope`"),
    "not-found": Kind(404, "There is nothing here", "see /v1/openapi.json for what there is"),
    "method-not-allowed": Kind(405, "This cannot be done here", "see the header `Allow`"),
    "book-busy": Kind(409, "Another change of this book is under way", "wait a moment and send it again"),
    "upload-offset": Kind(409, "The upload goes on elsewhere", "send the bytes from `offset` on"),
    "upload-taken": Kind(409, "Another request goes on with this upload", "let it, or choose another name"),
    "alerts-missing": Kind(409, "Alerts are missing", "tell the office `first` to `last`; go on from `last` + 1"),
    "day-not-over": Kind(409, "This day is not over yet", "ask again after `Retry-After` seconds"),
    "too-many-webhooks": Kind(409, "The bank has as many webhooks as it may", "delete one; `limit` is the most"),
    "too-large": Kind(413, "The request is too large", "send less, or use the stream; `limit` is the most"),
    "unsupported-media-type": Kind(415, "This media type is not taken", "send one of those that `detail` names"),
    "too-many-requests": Kind(429, "Too many requests", "wait as many seconds as `Retry-After` says"),
    "too-many-streams": Kind(429, "Too many streams are open", "close one; `limit` is the most of one bank"),
    "internal": Kind(500, "Something broke here", "tell the office the header `Request-Id`"),
    "starting": Kind(503, "The service is starting", "ask again in a second"),
    "view-stale": Kind(503, "The list here is too old to answer", "ask again later; `age_s` and `limit_s` say how old"),
    "names-not-ready": Kind(503, "Names cannot be searched yet", "ask by USCC, or again later; `progress` is 0 to 1"),
    "unavailable": Kind(503, "A part of the service does not answer", "ask again later"),
}  # fmt: skip


class Problem(Exception):  # noqa: N818 it is what RFC 9457 calls it
    """An answer that is an error. `members` are added to the body."""

    def __init__(self, slug: str, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.slug = slug
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    @property
    def body(self) -> dict[str, Any]:
        kind = KINDS[self.slug]
        told = {"type": TYPE + self.slug, "title": kind.title, "status": kind.status, "detail": self.detail}
        return told | self.members

    def response(self) -> Response:
        raw = msgspec.json.encode(self.body)
        return Response(raw, KINDS[self.slug].status, self.headers, MEDIA_TYPE)


def of(error: Exception) -> Problem:
    """Any error as the problem that it is for a caller. What nobody foresaw tells nothing of itself."""
    for kind, make in _MAKERS:
        if isinstance(error, kind):
            return make(error)
    return Problem("internal", "this was not foreseen and is in the service's log")


def _stale(error: StaleViewError) -> Problem:
    age = None if error.age_s is None else round(error.age_s, 3)
    more = {"age_s": age, "limit_s": error.limit_s, "rebuilding": error.rebuilding}
    return Problem("view-stale", str(error), {"Retry-After": "5"}, **more)


def _busy(error: BookTakenError) -> Problem:
    return Problem("book-busy", str(error), {"Retry-After": "1"})


def _missing(error: MissingAlertError) -> Problem:
    return Problem("alerts-missing", str(error), first=error.first, last=error.last)


def _unavailable(_: Exception) -> Problem:
    return Problem("unavailable", "a part of the service does not answer", {"Retry-After": "5"})


def _bad(error: Exception) -> Problem:
    return Problem("bad-request", str(error))


def _deep(_: RecursionError) -> Problem:
    return Problem("bad-request", "found JSON that is nested too deeply")


def _invalid(error: RequestValidationError) -> Problem:
    first = error.errors()[0]
    return Problem("bad-request", f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


def _of_http(error: HTTPException) -> Problem:
    slug = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}
    detail = HTTPStatus(error.status_code).description or str(error.detail)
    return Problem(slug.get(error.status_code, "bad-request"), detail, error.headers)


_MAKERS: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (Problem, lambda problem: problem),
    (StaleViewError, _stale),
    (BookTakenError, _busy),
    (MissingAlertError, _missing),
    (UnavailableError, _unavailable),
    (WrongUseError, _bad),
    (msgspec.DecodeError, _bad),
    (UnicodeDecodeError, _bad),
    (RecursionError, _deep),
    (RequestValidationError, _invalid),
    (HTTPException, _of_http),
)


async def _answer(_: Request, error: Exception) -> Response:
    return of(error).response()


def install(app: FastAPI) -> None:
    """Every error of the app becomes a problem."""
    for kind, _ in _MAKERS:
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(Exception, _answer)
