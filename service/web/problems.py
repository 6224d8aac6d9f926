"""Errors as RFC 9457 has them: `application/problem+json` with a stable type. docs/problems.md lists them all."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from consumers.books.book import BookTakenError
from consumers.books.watchlist import BookShrinksError
from consumers.delivery.days import DayNotOverError
from consumers.reading.gapless import MissingAlertError
from consumers.view.position import StaleViewError
from liancheng.errors import UnavailableError, WrongUseError
from service.engines import errors

TYPE = "urn:liancheng:problem:"
MEDIA_TYPE = "application/problem+json"
_CHALLENGE = 'Bearer realm="liancheng"'


class Kind(NamedTuple):
    """`title` is the same in every case; `remedy` is for the page that lists them."""

    status: int
    title: str
    remedy: str


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400, "The request cannot be read", "`detail` says what was found and what was expected"),
    "bad-uscc": Kind(400, "This is not a valid USCC", "check the code on the business licence; it is never corrected"),
    "no-key": Kind(401, "A key is required", "send `Authorization: Bearer lc_…`"),
    "key-refused": Kind(401, "This key is not valid", "it is mistyped or has ended, or the bank was removed"),
    "key-ended": Kind(401, "This key has ended", "use the new one, or request one from the office"),
    "scope-missing": Kind(403, "This key lacks the scope for that", "use a key with the scope named in `scope`"),
    "not-found": Kind(404, "There is nothing here", "see /v1/openapi.json for all paths"),
    "method-not-allowed": Kind(405, "This method is not allowed here", "see the header `Allow`"),
    "book-busy": Kind(409, "Another change of this book is in progress", "wait a moment and send it again"),
    "book-shrinks": Kind(
        409, "More than half of the book would end", "if that is right, send it again with `confirm=true`"
    ),
    "upload-offset": Kind(409, "The upload resumes at another offset", "send the bytes from `offset` on"),
    "upload-taken": Kind(409, "Another request has taken over this upload", "let it finish, or choose another name"),
    "alerts-missing": Kind(409, "Alerts are missing", "report `first` to `last` to the office; go on from `last` + 1"),
    "day-not-over": Kind(409, "This day is not over yet", "try again after `Retry-After` seconds"),
    "too-many-webhooks": Kind(409, "The bank has the maximum of webhooks", "delete one; `limit` is the maximum"),
    "too-large": Kind(413, "The request is too large", "send less, or use the stream; `limit` is the maximum"),
    "unsupported-media-type": Kind(415, "This media type is not supported", "send one of those that `detail` names"),
    "too-many-requests": Kind(429, "Too many requests", "wait as many seconds as `Retry-After` says"),
    "too-many-streams": Kind(429, "Too many streams are open", "close one; `limit` is the maximum for a bank"),
    "internal": Kind(500, "Something went wrong in the service", "report the header `Request-Id` to the office"),
    "starting": Kind(503, "The service is starting", "try again in a second"),
    "view-stale": Kind(503, "The list is too old to answer from", "try again later; `age_s` and `limit_s` say how old"),
    "names-not-ready": Kind(503, "Names cannot be searched yet", "use the USCC, or try later; `progress` is 0 to 1"),
    "unavailable": Kind(503, "A part of the service does not respond", "try again later"),
}  # fmt: skip


class Problem(Exception):  # noqa: N818 it is what RFC 9457 calls it
    """An answer that is an error. `members` are added to the body, `retry_after_s` (rounded up) to the header."""

    def __init__(
        self,
        slug: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        *,
        retry_after_s: float | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.slug = slug
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members
        if retry_after_s is not None:
            self.headers["Retry-After"] = str(max(math.ceil(retry_after_s), 1))
        if KINDS[slug].status == HTTPStatus.UNAUTHORIZED:
            self.headers["WWW-Authenticate"] = _CHALLENGE

    @property
    def body(self) -> dict[str, Any]:
        kind = KINDS[self.slug]
        body = {"type": TYPE + self.slug, "title": kind.title, "status": kind.status, "detail": self.detail}
        return body | self.members

    def response(self) -> Response:
        raw = msgspec.json.encode(self.body)
        return Response(raw, KINDS[self.slug].status, self.headers, MEDIA_TYPE)


class _Answer(NamedTuple):
    """How an error is answered. `members`: attributes to show, beyond its `facts`. `detail` None: the error's text."""

    slug: str
    retry_after_s: float | None = None
    members: tuple[str, ...] = ()
    detail: str | None = None


# The first class that an error is an instance of counts.
_ANSWERS: tuple[tuple[type[Exception], _Answer], ...] = (
    (StaleViewError, _Answer("view-stale", 5, ("age_s", "limit_s", "rebuilding"))),
    (BookTakenError, _Answer("book-busy", 1)),
    (BookShrinksError, _Answer("book-shrinks", members=("removed", "standing"))),
    (MissingAlertError, _Answer("alerts-missing", members=("first", "last"))),
    (DayNotOverError, _Answer("day-not-over")),
    (errors.StartingError, _Answer("starting", 1)),
    (errors.NamesNotReadyError, _Answer("names-not-ready", 5)),
    (errors.KeyRefusedError, _Answer("key-refused")),
    (errors.KeyEndedError, _Answer("key-ended")),
    (errors.NotFoundError, _Answer("not-found")),
    (errors.TooManyWebhooksError, _Answer("too-many-webhooks")),
    (errors.UploadOffsetError, _Answer("upload-offset")),
    (errors.UploadTakenError, _Answer("upload-taken")),
    (errors.BodyInterruptedError, _Answer("bad-request")),
    (errors.NoRowsError, _Answer("bad-request")),
    (UnavailableError, _Answer("unavailable", 5, detail="a part of the service does not respond")),
    (WrongUseError, _Answer("bad-request")),
    (msgspec.DecodeError, _Answer("bad-request")),
    (UnicodeDecodeError, _Answer("bad-request")),
    (RecursionError, _Answer("bad-request", detail="found JSON that is nested too deeply")),
)
_OF_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}


def problem_of(error: Exception) -> Problem:
    """Returns any error as a problem. An unforeseen one reveals nothing of itself."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        return Problem("bad-request", f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
    if isinstance(error, HTTPException):
        detail = HTTPStatus(error.status_code).description or str(error.detail)
        return Problem(_OF_STATUS.get(error.status_code, "bad-request"), detail, error.headers)
    for kind, (slug, retry_after_s, members, text) in _ANSWERS:
        if isinstance(error, kind):
            shown = {name: _rounded(getattr(error, name)) for name in members} | getattr(error, "facts", {})
            wait_s = getattr(error, "wait_s", retry_after_s)
            return Problem(slug, text or str(error), retry_after_s=wait_s, **shown)
    return Problem("internal", "this was not foreseen and is in the service's log")


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


async def _answer(_: Request, error: Exception) -> Response:
    return problem_of(error).response()


def install(app: FastAPI) -> None:
    """Answers every error of the app by a problem."""
    for kind in (Problem, RequestValidationError, HTTPException, *(kind for kind, _ in _ANSWERS), Exception):
        app.add_exception_handler(kind, _answer)
