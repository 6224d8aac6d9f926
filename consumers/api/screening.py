"""One company: by its USCC, or by a name."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec.structs import asdict

from consumers import look_back
from consumers.api import answers, names
from consumers.api.answers import position_of, with_receipt
from consumers.api.auth import Caller, caller
from consumers.api.openapi import answer_of
from consumers.api.problems import Problem
from consumers.api.services import Services, services
from consumers.watch_file import sentence
from liancheng import codec
from liancheng.days import day_of
from liancheng.identity import check_uscc
from liancheng.looking_back import Moment
from liancheng.screening import Company, CompanyAnswer, NamesAnswer, Past, proof_of
from liancheng.screening_receipts import Asked, canonical, sha256

router = APIRouter(tags=["screening"])
Screens = Annotated[Caller, Depends(caller("screen"))]

JSON = "application/json"
_PAST_COST = 50  # it reads a partition of the log from its beginning
_PASTS_AT_ONCE = asyncio.Semaphore(2)
_FIRST_DAY, _AHEAD = date(2000, 1, 1), timedelta(days=3660)
_REFUSALS = ("no-key", "scope-missing", "too-many-requests", "view-stale")


@router.get(
    "/companies/{uscc}",
    responses=answer_of(CompanyAnswer, "The company as it stands on the list, or stood.", "bad-uscc", *_REFUSALS),
)
async def company(
    request: Request,
    who: Screens,
    uscc: str,
    as_of: Annotated[date | None, Query(description="The end of a day of Asia/Shanghai, YYYY-MM-DD.")] = None,
    known_at: Annotated[
        datetime | None, Query(description="As it was known at an instant, with its time zone.")
    ] = None,
) -> Response:
    """A company by its USCC. One without an entry is `clear` and not `known`.

    With `If-None-Match` and the ETag of an answer that you hold, 304 says that all but the list's position still holds;
    its header `Liancheng-Receipt` is the receipt, base64url.
    """
    checked = _checked(uscc)
    here = services(request)
    if as_of is not None or known_at is not None:
        return await _then(here, who, checked, as_of, known_at)
    raw, place = await here.one.entry(checked)
    found, position = answers.company(checked, raw, here.list.standard), position_of(place)
    etag = answers.etag_of(found, position)
    if etag in request.headers.get("if-none-match", ""):
        asked = Asked(uscc=checked, etag=etag)
        digest = sha256(etag.encode())
        receipt = here.receipts.make(who, asked, digest, found.standard, position, entries=[proof_of(found)])
        return Response(status_code=304, headers={"ETag": etag, "Liancheng-Receipt": answers.as_header(receipt)})
    answer = canonical(CompanyAnswer(**asdict(found), position=position))
    asked = Asked(uscc=checked)
    receipt = here.receipts.make(who, asked, sha256(answer), found.standard, position, entries=[proof_of(found)])
    return Response(with_receipt(answer, receipt), media_type=JSON, headers={"ETag": etag})


@router.get(
    "/companies",
    responses=answer_of(NamesAnswer, "Companies that may be meant.", "bad-request", "names-not-ready", *_REFUSALS),
)
async def companies(
    request: Request,
    who: Screens,
    name: Annotated[str, Query(min_length=1, max_length=200, description="A company's name, also a former one.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """Companies by name: the same text after normalisation first, own names before former ones, then what is alike.

    A match that is not `exact` is a question, not an answer: ask for the USCC. None found is no proof.
    """
    here = services(request)
    searched = await names.search(here, [name], limit)
    answer = NamesAnswer(
        asked=name,
        normalised=names.normalised(name),
        matches=searched.matches[0],
        names=searched.names,
        position=searched.position,
    )
    raw = canonical(answer)
    entries = [proof_of(match.company) for match in answer.matches]
    asked = Asked(name=answer.normalised)
    receipt = here.receipts.make(who, asked, sha256(raw), here.list.standard, searched.position, entries=entries)
    return Response(with_receipt(raw, receipt), media_type=JSON)


async def _then(here: Services, who: Caller, uscc: str, as_of: date | None, known_at: datetime | None) -> Response:
    """The company as it stood. Without `as_of`, at the end of the day of `known_at`."""
    moment = _moment(as_of, known_at)
    here.limits.charge(who.bank, who.rate, _PAST_COST)
    async with _PASTS_AT_ONCE:
        past = await asyncio.to_thread(look_back.entry_at, here.settings, uscc, moment)
    raw = None if past.entry is None else codec.encode(past.entry)
    found = answers.company(uscc, raw, here.list.standard)
    reached = None if past.reached == date.min else past.reached
    then = Past(as_of=moment.day, known_at=moment.known_at, reached=reached)
    answer = canonical(CompanyAnswer(**asdict(found), past=then))
    asked = Asked(uscc=uscc, as_of=moment.day, known_at=moment.known_at)
    receipt = here.receipts.make(who, asked, sha256(answer), found.standard, None, entries=[proof_of(found)])
    return Response(with_receipt(answer, receipt), media_type=JSON)


def _moment(as_of: date | None, known_at: datetime | None) -> Moment:
    if known_at is not None and known_at.tzinfo is None:
        raise Problem(
            "bad-request", f"known_at: found {known_at.isoformat()}, expected a time zone, such as Z or +08:00"
        )
    known_at = known_at.astimezone(UTC) if known_at else None
    now = datetime.now(UTC)
    day = as_of or day_of(known_at or now)
    if not _FIRST_DAY <= day <= day_of(now) + _AHEAD:
        raise Problem("bad-request", f"as_of: found {day}, expected a day from {_FIRST_DAY} to ten years from now")
    return Moment(day, known_at)


def _checked(uscc: str) -> str:
    found, wrong = check_uscc(uscc)
    if found is None:
        raise Problem("bad-uscc", sentence(wrong) if wrong else "")
    return found


__all__ = ["Company", "router"]
