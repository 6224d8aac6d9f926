"""Writes the screening view: each write checks in its transaction that the head is still the same."""

import secrets
from collections.abc import Sequence
from typing import Any

import redis

from consumers.view import layout
from consumers.view.fold import Changes
from consumers.view.layout import PartitionState, ViewHead


class ChangedError(Exception):
    """Another filler wrote, or the view was flushed or lost: nothing of this write took effect."""


class Store:
    """The view in one Redis. `client` must not repeat commands (`redis_clients.writer`)."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def head(self) -> bytes | None:
        """Returns the current bytes of the head."""
        raw: Any = self._redis.hget(layout.KEY, layout.HEAD)
        return bytes(raw) if raw is not None else None

    def now_ms(self) -> int:
        """Returns Redis's clock, Unix milliseconds."""
        seconds, micros = self._redis.time()
        return int(seconds) * 1000 + int(micros) // 1000

    def begin(self, seen: bytes | None, source: str, targets: Sequence[int]) -> bytes:
        """Deletes the view and begins a new filling, if the head is still `seen`. Returns the new head's bytes.

        Raises:
            ChangedError: it is not.
        """
        parts = tuple(PartitionState(target=target) for target in targets)
        head = ViewHead(layout=layout.LAYOUT, generation=secrets.token_hex(8), source=source, parts=parts)
        return self._write(seen, head, Changes({}), from_empty=True)

    def write(self, seen: bytes | None, after: ViewHead, changes: Changes) -> bytes:
        """Writes entries and head together, if the head is still `seen`. Returns the new head's bytes.

        Raises:
            ChangedError: it is not.
        """
        return self._write(seen, after, changes)

    def _write(self, seen: bytes | None, head: ViewHead, changes: Changes, from_empty: bool = False) -> bytes:
        """WATCH holds from reading the head to EXEC: a change of the key in between, even a flush, stops the write."""
        values: dict[Any, Any] = {key: value for key, value in changes.entries.items() if value is not None}
        values[layout.HEAD] = raw = layout.encode(head)
        deleted = [key for key, value in changes.entries.items() if value is None]
        with self._redis.pipeline(transaction=True) as pipe:
            try:
                pipe.watch(layout.KEY)  # type: ignore[no-untyped-call]
                if pipe.hget(layout.KEY, layout.HEAD) != seen:
                    raise ChangedError
                pipe.multi()
                if from_empty:
                    pipe.unlink(layout.KEY)
                if deleted:
                    pipe.hdel(layout.KEY, *deleted)
                pipe.hset(layout.KEY, mapping=values)
                pipe.execute()
            except redis.WatchError as error:
                raise ChangedError from error
        return raw
