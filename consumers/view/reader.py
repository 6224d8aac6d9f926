"""Answers from the screening view, each with the position that belongs to it; refused where the view is too old.

`View` for threads, `AsyncView` for an event loop; both give the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NamedTuple, Self

from redis.exceptions import RedisError

from consumers.view import layout
from consumers.view.position import NOWHERE, Position, StaleViewError, position
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records import topics
from liancheng.records.entries import Entry
from liancheng.records.partial import EntrySummary
from liancheng.settings import Settings
from transport import redis_clients

__all__ = ["NOWHERE", "AsyncView", "Position", "Seen", "StaleViewError", "View", "ViewEntries"]

MOST = 10_000  # companies in one question: 25 MB of entries


_decode = codec.decoder(Entry)
_decode_summary = codec.decoder(EntrySummary)


class Seen(NamedTuple):
    """One company's entry (None: it has none, its level is clear) and the position of the view in that instant."""

    entry: Entry | None
    position: Position


@dataclass(frozen=True)
class ViewEntries:
    """Many companies' entries as their bytes on the topic, of one instant, and the view's position in it.

    raw: by USCC, every one that was asked for; None: it has no entry.
    """

    raw: Mapping[str, bytes | None]
    position: Position

    def entry(self, uscc: str) -> Entry | None:
        """Decoded when asked for (20 µs).

        Raises:
            UndigestibleError: it is no entry.
            KeyError: it was not asked for.
        """
        raw = self.raw[uscc]
        return None if raw is None else entry_of(uscc, raw)

    def entries(self) -> dict[str, Entry]:
        """All there are, decoded."""
        return {uscc: entry_of(uscc, raw) for uscc, raw in self.raw.items() if raw is not None}

    def summaries(self) -> dict[str, EntrySummary]:
        """What a loan book is screened for, of all entries there are: a fraction of the time of `entries`."""
        where = f"{topics.SANCTION_LIST.name} in the view"
        return {uscc: codec.read(_decode_summary, raw, f"{where}, {uscc}") for uscc, raw in self.raw.items() if raw}


def entry_of(uscc: str, raw: bytes) -> Entry:
    """An entry from its bytes. Raises UndigestibleError."""
    found: Entry = codec.read(_decode, raw, f"{topics.SANCTION_LIST.name}, {uscc} in the view")
    return found


class View:
    """The view, for one process. `max_age_s`: an older one refuses; LIANCHENG_VIEW_MAX_AGE_S unless given.

    USCCs must be checked before (`liancheng.text.identity.check_uscc`). Every method raises
    UnavailableError where Redis does not answer.
    """

    def __init__(self, settings: Settings | None = None, max_age_s: float | None = None) -> None:
        self._settings = settings or Settings()
        self._limit_s = self._settings.view_max_age_s if max_age_s is None else max_age_s
        self._redis = redis_clients.reader(self._settings)

    def entry(self, uscc: str) -> Seen:
        """One company's entry.

        Raises:
            StaleViewError: the view is not filled, or too old.
            UndigestibleError: the entry is none.
        """
        answer = self.entries([uscc])
        return Seen(answer.entry(uscc), answer.position)

    def entries(self, usccs: Iterable[str]) -> ViewEntries:
        """Entries of at most 10,000 companies, in one round trip, all of the same instant.

        Raises:
            StaleViewError: the view is not filled, or too old.
            WrongUseError: more than 10,000.
        """
        answer = self.unchecked(usccs)
        answer.position.check_fresh(self._limit_s)
        return answer

    def unchecked(self, usccs: Iterable[str]) -> ViewEntries:
        """The same, however old it is: to look at the view itself, never to answer a bank."""
        wanted = _few(usccs)
        try:
            return _answer(wanted, _asked(self._redis, wanted).execute())
        except RedisError as error:
            raise redis_clients.readable(error, self._settings) from error

    def position(self) -> Position:
        """Where the view stands now; never refused."""
        return self.unchecked(()).position

    def check_fresh(self, limit_s: float | None = None) -> Position:
        """The position, where it is fresh. Raises StaleViewError where it is not."""
        found = self.position()
        found.check_fresh(self._limit_s if limit_s is None else limit_s)
        return found

    def close(self) -> None:
        self._redis.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncView:
    """`View` for asyncio: the same methods, awaited."""

    def __init__(self, settings: Settings | None = None, max_age_s: float | None = None) -> None:
        self._settings = settings or Settings()
        self._limit_s = self._settings.view_max_age_s if max_age_s is None else max_age_s
        self._redis = redis_clients.async_reader(self._settings)

    async def entry(self, uscc: str) -> Seen:
        answer = await self.entries([uscc])
        return Seen(answer.entry(uscc), answer.position)

    async def entries(self, usccs: Iterable[str]) -> ViewEntries:
        answer = await self.unchecked(usccs)
        answer.position.check_fresh(self._limit_s)
        return answer

    async def unchecked(self, usccs: Iterable[str]) -> ViewEntries:
        wanted = _few(usccs)
        try:
            return _answer(wanted, await _asked(self._redis, wanted).execute())
        except RedisError as error:
            raise redis_clients.readable(error, self._settings) from error

    async def position(self) -> Position:
        return (await self.unchecked(())).position

    async def check_fresh(self, limit_s: float | None = None) -> Position:
        found = await self.position()
        found.check_fresh(self._limit_s if limit_s is None else limit_s)
        return found

    async def close(self) -> None:
        await self._redis.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()


def _few(usccs: Iterable[str]) -> Sequence[str]:
    wanted = list(dict.fromkeys(usccs))
    if len(wanted) > MOST:
        raise WrongUseError(f"{len(wanted):,} companies in one question: at most {MOST:,}, ask in several")
    return wanted


def _asked(client: Any, usccs: Sequence[str]) -> Any:
    """Head and entries, which are of one instant, and then Redis's clock: an answer is rather called too old.

    No MULTI: its replies took half the time of the round trip.
    """
    pipe = client.pipeline(transaction=False)
    pipe.hmget(layout.KEY, [layout.HEAD, *usccs])
    pipe.time()
    return pipe


def _answer(usccs: Sequence[str], replies: Sequence[Any]) -> ViewEntries:
    (head, *values), (seconds, micros) = replies
    now_ms = int(seconds) * 1000 + int(micros) // 1000
    return ViewEntries(dict(zip(usccs, values, strict=True)), position(layout.decode(head), now_ms))
