"""Entries from the screening view, each answer with its position; refused if the view is too old.

`View` for threads, `AsyncView` for an event loop; both return the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from consumers.view import layout
from consumers.view.position import NOWHERE, Position, StaleViewError, position
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records import topics
from liancheng.records.entries import Entry
from liancheng.settings import Settings
from transport import redis_clients

__all__ = ["NOWHERE", "AsyncView", "Position", "Seen", "StaleViewError", "View", "ViewEntries"]

COMPANIES_MAX = 10_000  # in one request: 25 MB of entries


_decode = codec.decoder(Entry)


class Seen(NamedTuple):
    """One company's entry (None: it has none, its level is clear) and the view's position at that instant."""

    entry: Entry | None
    position: Position


@dataclass(frozen=True)
class ViewEntries:
    """Many companies' entries as bytes of the topic, and the view's position at the same instant.

    raw: by USCC, each of the request; None: it has no entry.
    """

    raw: Mapping[str, bytes | None]
    position: Position

    def entry(self, uscc: str) -> Entry | None:
        """Decodes an entry (20 µs).

        Raises:
            UndigestibleError: it is no entry.
            KeyError: it is not part of the request.
        """
        raw = self.raw[uscc]
        return None if raw is None else entry_of(uscc, raw)

    def entries(self) -> dict[str, Entry]:
        """Decodes all entries."""
        return {uscc: entry_of(uscc, raw) for uscc, raw in self.raw.items() if raw is not None}


def entry_of(uscc: str, raw: bytes) -> Entry:
    """Returns an entry from its bytes. Raises UndigestibleError."""
    entry: Entry = codec.read(_decode, raw, f"{topics.SANCTION_LIST.name}, {uscc} in the view")
    return entry


class View:
    """The view, for one process. `max_age_s`: an older one refuses; by default LIANCHENG_VIEW_MAX_AGE_S.

    USCCs must be valid (`liancheng.text.uscc.require`). Every method raises UnavailableError if Redis does not answer.
    """

    def __init__(self, settings: Settings | None = None, max_age_s: float | None = None) -> None:
        self._settings = settings or Settings()
        self._limit_s = self._settings.view_max_age_s if max_age_s is None else max_age_s
        self._redis = redis_clients.reader(self._settings)

    def entry(self, uscc: str) -> Seen:
        """Returns one company's entry.

        Raises:
            StaleViewError: the view is not filled, or too old.
            UndigestibleError: its bytes are no entry.
        """
        answer = self.entries([uscc])
        return Seen(answer.entry(uscc), answer.position)

    def entries(self, usccs: Iterable[str]) -> ViewEntries:
        """Returns entries of at most 10,000 companies, in one round trip, all of the same instant.

        Raises:
            StaleViewError: the view is not filled, or too old.
            WrongUseError: more than 10,000.
        """
        answer = self.unchecked(usccs)
        answer.position.check_fresh(self._limit_s)
        return answer

    def unchecked(self, usccs: Iterable[str]) -> ViewEntries:
        """Returns the same, however old it is: to inspect the view itself, never to answer a bank."""
        usccs = _limited(usccs)
        with redis_clients.reported(self._settings):
            return _answer(usccs, _pipeline(self._redis, usccs).execute())

    def position(self) -> Position:
        """Returns the current position; never refused."""
        return self.unchecked(()).position

    def check_fresh(self, limit_s: float | None = None) -> Position:
        """Returns the position. Raises StaleViewError if it is too old."""
        position = self.position()
        position.check_fresh(self._limit_s if limit_s is None else limit_s)
        return position

    def close(self) -> None:
        self._redis.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncView:
    """The part of `View` that a service needs, for asyncio: the same methods, awaited."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._redis = redis_clients.async_reader(settings)

    async def entries(self, usccs: Iterable[str]) -> ViewEntries:
        usccs = _limited(usccs)
        with redis_clients.reported(self._settings):
            answer = _answer(usccs, await _pipeline(self._redis, usccs).execute())
        answer.position.check_fresh(self._settings.view_max_age_s)
        return answer

    async def check_fresh(self) -> Position:
        return (await self.entries(())).position

    async def close(self) -> None:
        await self._redis.aclose()


def _limited(usccs: Iterable[str]) -> Sequence[str]:
    unique = list(dict.fromkeys(usccs))
    if len(unique) > COMPANIES_MAX:
        raise WrongUseError(f"{len(unique):,} companies in one request: at most {COMPANIES_MAX:,}, send several")
    return unique


def _pipeline(client: Any, usccs: Sequence[str]) -> Any:
    """Head and entries, which are of one instant, then Redis's clock: the age is rather over- than understated.

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
