"""Answers about companies, one at a time: by USCC as they stand or stood, and by name. Each comes with its receipt."""

import asyncio
from datetime import date
from typing import NamedTuple

from msgspec.structs import asdict

from consumers.reading import past_entries
from consumers.view.reader import AsyncView, entry_of
from liancheng import codec
from liancheng.answers.screening_answers import Company, CompanyAnswer, NamesAnswer, Past, proof_of
from liancheng.explaining.company import at_hand, explain
from liancheng.explaining.phrases import Language
from liancheng.joint_list.history import Moment
from liancheng.records.screening_receipts import Asked, ListPosition, canonical, sha256
from liancheng.settings import Settings
from liancheng.text.identity import normalise_name
from service.engines.callers import Caller
from service.engines.entry_batcher import EntryBatcher
from service.engines.live_list import LiveList
from service.engines.name_search import NameSearch
from service.engines.receipts import Receipts, company_of, position_of, with_receipt

_LOOK_BACKS_AT_ONCE = 2  # each reads a partition of the log from its beginning


class CompanyReply(NamedTuple):
    """`body` None: the company is as the caller's ETag says. `etag` None: this answer has none."""

    body: bytes | None
    etag: str | None
    receipt: bytes


class Screener:
    """For one event loop."""

    def __init__(
        self, settings: Settings, view: AsyncView, live_list: LiveList, names: NameSearch, receipts: Receipts
    ) -> None:
        self._settings = settings
        self._batcher = EntryBatcher(view)
        self._list = live_list
        self._names = names
        self._receipts = receipts
        self._look_backs = asyncio.Semaphore(_LOOK_BACKS_AT_ONCE)

    async def company(
        self, caller: Caller, uscc: str, moment: Moment | None, language: Language | None, etags: str = ""
    ) -> CompanyReply:
        """Returns a company at a moment (None: now), explained in a language (None: not explained). `etags`: of answers
        that the caller holds.

        Raises:
            StaleViewError: the view is not filled, or too old; only without a moment.
            UnavailableError: the broker or Redis does not answer.
        """
        position: ListPosition | None = None
        past: Past | None = None
        if moment:
            raw, past = await self._past(uscc, moment)
        else:
            raw, view_position = await self._batcher.entry(uscc)
            position = position_of(view_position)
        company = company_of(uscc, raw, self._list.standard)
        etag = _etag(company, position) if position and not language else None
        if etag and etag in etags:
            body, asked, digest = None, Asked(uscc=uscc, etag=etag), sha256(etag.encode())
        else:
            explanation = explain(entry_of(uscc, raw), at_hand, language) if language and raw else None
            answer = CompanyAnswer(**asdict(company), position=position, past=past, explanation=explanation)
            body = canonical(answer)
            asked = Asked(uscc=uscc, as_of=past.as_of, known_at=past.known_at) if past else Asked(uscc=uscc)
            digest = sha256(body)
        proofs = [proof_of(company)]
        receipt = self._receipts.make(caller, asked, digest, company.standard, position, entries=proofs)
        return CompanyReply(body and with_receipt(body, receipt), etag, receipt)

    async def names(self, caller: Caller, name: str, limit: int) -> bytes:
        """Returns the companies that a name may mean.

        Raises:
            NamesNotReadyError: the index is not ready.
            StaleViewError: the view is not filled, or too old.
        """
        found = await self._names.search([name], limit)
        answer = NamesAnswer(
            asked=name,
            normalised=normalise_name(name),
            matches=found.matches[0],
            names=found.names,
            position=found.position,
        )
        body = canonical(answer)
        entries = [proof_of(match.company) for match in answer.matches]
        asked = Asked(name=answer.normalised)
        receipt = self._receipts.make(caller, asked, sha256(body), self._list.standard, found.position, entries=entries)
        return with_receipt(body, receipt)

    async def _past(self, uscc: str, moment: Moment) -> tuple[bytes | None, Past]:
        async with self._look_backs:
            past = await asyncio.to_thread(past_entries.entry_at, self._settings, uscc, moment)
        reached = None if past.reached == date.min else past.reached
        raw = None if past.entry is None else codec.encode(past.entry)
        return raw, Past(as_of=moment.day, known_at=moment.known_at, reached=reached)


def _etag(company: Company, position: ListPosition) -> str:
    """Entry, day of the list and standard. Weak, because the position in the same answer changes all the time."""
    return f'W/"{company.sequence or 0}.{position.complete_to or 0}.{company.standard}"'
