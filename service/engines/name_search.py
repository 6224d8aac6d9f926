"""Names, searched in a thread: a lookup in the index takes milliseconds, and the event loop has other requests."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from consumers.view.reader import COMPANIES_MAX, AsyncView
from liancheng.answers.screening_answers import NameMatch
from liancheng.naming import Match
from liancheng.records.screening_receipts import ListPosition, number
from liancheng.text.identity import normalise_name
from service.engines.live_list import LiveList
from service.engines.receipts import company_of, position_of

_NAMES_PER_TURN = 20  # of one request, before another one may use the thread


class NameMatches(NamedTuple):
    """The matches of each name, in the order of the names. `names`: how many companies were searched."""

    matches: list[tuple[NameMatch, ...]]
    names: int
    position: ListPosition


class NameSearch:
    """Finds the companies on the list that a name may mean."""

    def __init__(self, view: AsyncView, live_list: LiveList) -> None:
        self._view = view
        self._list = live_list
        self._thread = ThreadPoolExecutor(1, "liancheng.search")  # the index serves one search at a time

    async def search(self, names: Sequence[str], limit: int) -> NameMatches:
        """Returns up to `limit` matches for each name, with entries of one instant.

        Raises:
            NamesNotReadyError: the index is not ready.
            StaleViewError: the view is not filled, or too old.
        """
        self._list.require_names(await self._view.check_fresh())
        loop = asyncio.get_running_loop()
        found: list[list[Match]] = []
        searched = 0
        for first in range(0, len(names), _NAMES_PER_TURN):
            turn = names[first : first + _NAMES_PER_TURN]
            for matches, searched in await loop.run_in_executor(self._thread, self._candidates, turn, limit):  # noqa: B007
                found.append(matches)
        usccs = list(dict.fromkeys(match.uscc for matches in found for match in matches))
        raw: dict[str, bytes | None] = {}
        position = await self._view.check_fresh()
        for first in range(0, len(usccs), COMPANIES_MAX):
            answer = await self._view.entries(usccs[first : first + COMPANIES_MAX])
            raw |= answer.raw
            position = answer.position
        standard = self._list.standard
        return NameMatches(
            [tuple(_known(matches, raw, standard)) for matches in found], searched, position_of(position)
        )

    def _candidates(self, names: Sequence[str], limit: int) -> list[tuple[list[Match], int]]:
        return [self._list.search(normalise_name(name), limit) for name in names]


def _known(matches: Sequence[Match], raw: Mapping[str, bytes | None], standard: str) -> Iterator[NameMatch]:
    """The index may know a company a moment before the view does. Answers are as of the view, so it is left out."""
    for match in matches:
        if (entry := raw[match.uscc]) is not None:
            yield NameMatch(
                company=company_of(match.uscc, entry, standard),
                matched=match.matched,
                score=number(match.score),
                exact=match.score == 1,
                reasons=match.reasons,
            )
