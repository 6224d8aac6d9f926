"""Names, searched in a thread: an index lookup takes milliseconds, and the loop has others to answer."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from consumers.view.reader import MOST
from liancheng.answers.screening_answers import NameMatch
from liancheng.naming import Match
from liancheng.records.screening_receipts import ListPosition, number
from liancheng.text.identity import normalise_name
from service.engines.answers import company, position_of
from service.web.services import Services

_one_thread = ThreadPoolExecutor(1, "liancheng.search")  # the index is for one at a time
_AT_ONCE = 20  # names between two looks at whether somebody else waits


class Searched(NamedTuple):
    """By name asked for: its matches. `names`: how many companies were searched."""

    matches: list[tuple[NameMatch, ...]]
    names: int
    position: ListPosition


def normalised(name: str) -> str:
    """As it is searched."""
    return normalise_name(name)


async def search(here: Services, wanted: Sequence[str], limit: int) -> Searched:
    """Companies on the list that may be meant by each name, with their entries of one instant.

    Raises:
        Problem: the index is not ready.
        StaleViewError: the view is not filled, or too old.
    """
    here.list.require(await here.view.check_fresh())
    loop = asyncio.get_running_loop()
    found: list[list[Match]] = []
    names = 0
    for first in range(0, len(wanted), _AT_ONCE):
        part = wanted[first : first + _AT_ONCE]
        for matches, names in await loop.run_in_executor(_one_thread, _some, here, part, limit):  # noqa: B007
            found.append(matches)
    usccs = list(dict.fromkeys(match.uscc for matches in found for match in matches))
    raw: dict[str, bytes | None] = {}
    position = await here.view.check_fresh()
    for first in range(0, len(usccs), MOST):
        answer = await here.view.entries(usccs[first : first + MOST])
        raw |= answer.raw
        position = answer.position
    standard = here.list.standard
    return Searched(
        [tuple(_matches(matches, raw, standard)) for matches in found],
        names,
        position_of(position),
    )


def _some(here: Services, wanted: Sequence[str], limit: int) -> list[tuple[list[Match], int]]:
    return [here.list.search(normalised(name), limit) for name in wanted]


def _matches(found: Sequence[Match], raw: Mapping[str, bytes | None], standard: str) -> Iterator[NameMatch]:
    """The index may know a company a moment before the view does: an answer is as of the view, so it waits for it."""
    for match in found:
        if (entry := raw[match.uscc]) is not None:
            yield _match(match, entry, standard)


def _match(match: Match, raw: bytes, standard: str) -> NameMatch:
    return NameMatch(
        company=company(match.uscc, raw, standard),
        matched=match.matched,
        score=number(match.score),
        exact=match.score == 1,
        reasons=match.reasons,
    )
