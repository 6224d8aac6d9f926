"""A company as it stood, or with the reasons in words: what is asked seldom, and may take longer."""

import asyncio
from datetime import date

from fastapi import Response
from msgspec.structs import asdict

from consumers.reading import past_entries
from consumers.view.reader import entry_of
from liancheng import codec
from liancheng.answers.screening_answers import CompanyAnswer, Past, proof_of
from liancheng.explaining.company import at_hand, explain
from liancheng.joint_list.history import Moment
from liancheng.records.screening_receipts import Asked, ListPosition, canonical, sha256
from service.engines import answers
from service.engines.answers import position_of, with_receipt
from service.web.callers import Caller
from service.web.query import Wish
from service.web.services import Services

_PAST_COST = 50  # requests: it reads a partition of the log from its beginning
_AT_ONCE = asyncio.Semaphore(2)


async def answer(here: Services, who: Caller, uscc: str, wish: Wish) -> Response:
    """The company at the moment wished for, with the explanation wished for.

    Raises:
        Problem: too many requests.
        UnavailableError: no broker; StaleViewError where it is asked as it is now.
    """
    position: ListPosition | None = None
    past: Past | None = None
    if wish.moment:
        here.limits.charge(who.bank, who.rate, _PAST_COST)
        raw, past = await _then(here, uscc, wish.moment)
    else:
        raw, place = await here.one.entry(uscc)
        position = position_of(place)
    found = answers.company(uscc, raw, here.list.standard)
    words = explain(entry_of(uscc, raw), at_hand, wish.language) if wish.language and raw else None
    body = canonical(CompanyAnswer(**asdict(found), position=position, past=past, explanation=words))
    asked = Asked(uscc=uscc, as_of=past.as_of if past else None, known_at=past.known_at if past else None)
    receipt = here.receipts.make(who, asked, sha256(body), found.standard, position, entries=[proof_of(found)])
    return Response(with_receipt(body, receipt), media_type="application/json")


async def _then(here: Services, uscc: str, moment: Moment) -> tuple[bytes | None, Past]:
    async with _AT_ONCE:
        past = await asyncio.to_thread(past_entries.entry_at, here.settings, uscc, moment)
    reached = None if past.reached == date.min else past.reached
    raw = None if past.entry is None else codec.encode(past.entry)
    return raw, Past(as_of=moment.day, known_at=moment.known_at, reached=reached)
