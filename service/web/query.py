"""The path and query of a request for a company, read by hand: as parameters of FastAPI they would slow it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast, get_args

from liancheng.days import day_of
from liancheng.errors import WrongUseError
from liancheng.explaining.phrases import Language
from liancheng.joint_list.history import Moment
from liancheng.text.uscc import require
from service.web.problems import Problem

_FIRST_DAY, _DAYS_AHEAD = date(2000, 1, 1), timedelta(days=3660)

PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "uscc", "in": "path", "required": True, "schema": {"type": "string"},
        "description": "统一社会信用代码, 18 characters.",
    },
    {
        "name": "as_of", "in": "query", "schema": {"type": "string", "format": "date"},
        "description": "The company at the end of this day in Asia/Shanghai.",
    },
    {
        "name": "known_at", "in": "query", "schema": {"type": "string", "format": "date-time"},
        "description": "As it was known at this instant, with its time zone; without `as_of`, at the end of its day.",
    },
    {
        "name": "explain", "in": "query", "schema": {"type": "string", "enum": list(get_args(Language))},
        "description": "Explain in words: each reason with its rule, source and mark.",
    },
]  # fmt: skip


def uscc(text: str) -> str:
    """Returns a USCC in its canonical form. Raises Problem: bad-uscc."""
    try:
        return require(text)
    except WrongUseError as error:
        raise Problem("bad-uscc", str(error)) from error


def read(query: Mapping[str, str]) -> tuple[Moment | None, Language | None]:
    """Returns the moment (None: now) and the language of the explanation (None: none). Raises Problem: bad-request."""
    language = query.get("explain")
    if language is not None and language not in get_args(Language):
        raise Problem("bad-request", f"explain: found {language[:40]!r}, expected {' or '.join(get_args(Language))}")
    return _moment(query), cast(Language | None, language)


def _moment(query: Mapping[str, str]) -> Moment | None:
    as_of, known_at = query.get("as_of"), query.get("known_at")
    if as_of is None and known_at is None:
        return None
    now = datetime.now(UTC)
    known = None if known_at is None else _instant(known_at)
    day = day_of(known or now) if as_of is None else _day(as_of)
    if not _FIRST_DAY <= day <= day_of(now) + _DAYS_AHEAD:
        raise Problem("bad-request", f"as_of: found {day}, expected a day from {_FIRST_DAY} to ten years from now")
    return Moment(day, known)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem("bad-request", f"as_of: found {text[:40]!r}, expected a day, such as 2026-08-20") from error


def _instant(text: str) -> datetime:
    """A `+` that was not encoded arrives as a space."""
    try:
        instant = datetime.fromisoformat(text.replace(" ", "+"))
        if instant.tzinfo:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    expected = "an instant with its time zone, such as 2026-08-20T09:00:00+08:00"
    raise Problem("bad-request", f"known_at: found {text[:40]!r}, expected {expected}")
