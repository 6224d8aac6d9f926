"""Writing the screening view: each write looks first whether Redis still is what it was, in one transaction."""

import secrets
from collections.abc import Sequence
from typing import Any

import redis

from consumers.view import layout
from consumers.view.fold import Changes
from consumers.view.layout import PartitionState, ViewHead


class ChangedError(Exception):
    """Another filler wrote, or the view was flushed or lost: nothing of this write was done."""


class Store:
    """The view in one Redis. `client` must not repeat commands by itself (`redis_clients.writer`)."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def head(self) -> bytes | None:
        """The head's bytes as they are now."""
        found: Any = self._redis.hget(layout.KEY, layout.HEAD)
        return bytes(found) if found is not None else None

    def now_ms(self) -> int:
        """Redis's clock, Unix milliseconds."""
        seconds, micros = self._redis.time()
        return int(seconds) * 1000 + int(micros) // 1000

    def begin(self, seen: bytes | None, source: str, targets: Sequence[int]) -> bytes:
        """Throw away what is there and begin a new filling, where the head still is the one that was `seen`.

        Returns the new head's bytes.

        Raises:
            ChangedError: it is not any more.
        """
        parts = tuple(PartitionState(target=target) for target in targets)
        head = ViewHead(layout=layout.LAYOUT, generation=secrets.token_hex(8), source=source, parts=parts)
        return self._write(seen, head, Changes({}), afresh=True)

    def write(self, seen: bytes | None, after: ViewHead, changes: Changes) -> bytes:
        """Put entries and head there together, where the head still is the one that was `seen`; returns its new bytes.

        Raises:
            ChangedError: it is not any more.
        """
        return self._write(seen, after, changes)

    def _write(self, seen: bytes | None, head: ViewHead, changes: Changes, afresh: bool = False) -> bytes:
        """WATCH holds from the look at the head to EXEC: whatever touches the key between, a flush too, undoes it."""
        values: dict[Any, Any] = {key: value for key, value in changes.entries.items() if value is not None}
        values[layout.HEAD] = raw = layout.encode(head)
        gone = [key for key, value in changes.entries.items() if value is None]
        with self._redis.pipeline(transaction=True) as pipe:
            try:
                pipe.watch(layout.KEY)  # type: ignore[no-untyped-call]
                if pipe.hget(layout.KEY, layout.HEAD) != seen:
                    raise ChangedError
                pipe.multi()
                if afresh:
                    pipe.unlink(layout.KEY)
                if gone:
                    pipe.hdel(layout.KEY, *gone)
                pipe.hset(layout.KEY, mapping=values)
                pipe.execute()
            except redis.WatchError as error:
                raise ChangedError from error
        return raw
