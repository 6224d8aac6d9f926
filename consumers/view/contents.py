"""The screening view as a whole: its digest, its size, its deletion."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import NamedTuple

import redis

from consumers.reading.sanction_list import digest_of
from consumers.view import layout
from consumers.view.reader import Position, StaleViewError, View, entry_of
from liancheng.errors import UnavailableError
from liancheng.records.entries import LEVELS, Entry, Level
from liancheng.settings import Settings
from transport import redis_clients

_TRIES = 5
_BATCH_ENTRIES = 2000  # 5 MB


class ViewDigest(NamedTuple):
    """`digest`: SHA-256, hex, the same as the list's. `entries`, and how many of them each level has."""

    digest: str
    entries: int
    levels: dict[Level, int]
    position: Position


class _MovedError(Exception):
    """The view changed while it was read."""


def digest(settings: Settings) -> ViewDigest:
    """Returns the digest of all entries at one position.

    Raises:
        StaleViewError: the view is not filled.
        UnavailableError: Redis does not answer, or the list changes faster than it can be read.
    """
    with View(settings) as view:
        for _ in range(_TRIES):
            try:
                return _digest(settings, view)
            except _MovedError:
                continue
    raise UnavailableError(f"the list changed in each of {_TRIES} attempts to read it: try again in a quiet hour")


def _digest(settings: Settings, view: View) -> ViewDigest:
    position = view.position()
    if position.generation is None or position.rebuilding:
        raise StaleViewError("the view is not filled", position.age_s, settings.view_max_age_s, True)
    levels: Counter[Level] = Counter()

    def entries() -> Iterator[Entry]:
        usccs = iter(sorted(_usccs(settings)))
        while batch := list(islice(usccs, _BATCH_ENTRIES)):
            answer = view.unchecked(batch)
            _require_same(position, answer.position)
            for uscc, raw in answer.raw.items():
                if raw is None:
                    raise _MovedError
                entry = entry_of(uscc, raw)
                levels[entry.level] += 1
                yield entry
        _require_same(position, view.position())

    sha256 = digest_of(entries())
    return ViewDigest(sha256, levels.total(), {level: levels[level] for level in LEVELS}, position)


def _require_same(before: Position, now: Position) -> None:
    if (before.generation, before.offsets) != (now.generation, now.offsets):
        raise _MovedError


def _usccs(settings: Settings) -> set[str]:
    """Scanned: HKEYS of a million names would block Redis, and all screening with it."""
    with _client(settings) as client:
        names = {name.decode() for name in client.hscan_iter(layout.KEY, count=1000, no_values=True)}
    return names - {layout.HEAD.decode()}


def count(settings: Settings) -> int:
    """Returns how many entries are in the view."""
    with _client(settings) as client:
        fields = client.hlen(layout.KEY)
        return max(int(fields) - 1, 0)


def delete(settings: Settings) -> bool:
    """Deletes the view; fillers notice within a second and fill it again. Returns False if there was none."""
    with _client(settings) as client:
        return bool(client.unlink(layout.KEY))


@contextmanager
def _client(settings: Settings) -> Iterator[redis.Redis]:
    with redis_clients.reported(settings), closing(redis_clients.reader(settings)) as client:
        yield client
