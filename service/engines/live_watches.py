"""All banks' watches in a file of the service's own: a copy of `watchlists`, rebuilt at each start."""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

from confluent_kafka import Message

from liancheng import codec
from liancheng.errors import UnavailableError
from liancheng.records import topics
from liancheng.settings import Settings
from service.engines.errors import StartingError
from transport.follower import Follower

TOPIC = topics.WATCHLISTS
WatchBytes = tuple[str, bytes]  # USCC, the watch's bytes

_CHECK_EVERY_S = 0.002
_TIMEOUT_S = 30.0
_TABLE = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE watch (bank TEXT NOT NULL, uscc TEXT NOT NULL, raw BLOB NOT NULL, PRIMARY KEY (bank, uscc)) WITHOUT ROWID;
"""


class LiveWatches(Follower):
    """For any thread. Reading raises StartingError if the watches have not been read yet."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, TOPIC.name, TOPIC.partitions, self._put)
        self._path = settings.home / "api" / f"watches-{settings.api_port}.db"
        self._written: sqlite3.Connection | None = None

    def start(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._written = sqlite3.connect(self._path, check_same_thread=False)
        self._written.executescript(_TABLE)
        super().start()

    def stop(self) -> None:
        super().stop()
        if self._written:
            self._written.close()

    def _put(self, messages: Sequence[Message], offsets: Sequence[int] = ()) -> None:
        newest: dict[tuple[str, str], bytes | None] = {}
        for message in messages:
            uscc, bank = codec.pair_of(message.key() or b"")
            newest[bank.decode(), uscc.decode()] = message.value()
        assert self._written, "it was started"
        with self._written as table:
            ended = [key for key, raw in newest.items() if raw is None]
            table.executemany("DELETE FROM watch WHERE bank = ? AND uscc = ?", ended)
            standing = [(*key, raw) for key, raw in newest.items() if raw is not None]
            table.executemany("INSERT OR REPLACE INTO watch VALUES (?, ?, ?)", standing)

    def require_ready(self) -> None:
        """Raises StartingError if the watches have not been read yet."""
        if not self.caught_up.is_set():
            raise StartingError(f"the watches are being read ({self.progress:.0%})")

    def watch(self, bank: str, uscc: str) -> bytes | None:
        """Returns the watch's bytes, or None."""
        rows = self._rows("SELECT uscc, raw FROM watch WHERE bank = ? AND uscc = ?", bank, uscc)
        return next((raw for _, raw in rows), None)

    def watches(self, bank: str, usccs: Sequence[str]) -> dict[str, bytes]:
        """Returns the watches among these companies, by USCC."""
        marks = ",".join("?" * len(usccs))
        return dict(self._rows(f"SELECT uscc, raw FROM watch WHERE bank = ? AND uscc IN ({marks})", bank, *usccs))

    def after(self, bank: str, uscc: str = "", limit: int = -1) -> Iterator[WatchBytes]:
        """Yields a bank's watches after a USCC, in its order, all of one instant."""
        return self._rows(
            "SELECT uscc, raw FROM watch WHERE bank = ? AND uscc > ? ORDER BY uscc LIMIT ?", bank, uscc, limit
        )

    def _rows(self, query: str, *values: object) -> Iterator[WatchBytes]:
        self.require_ready()
        with closing(sqlite3.connect(self._path, timeout=_TIMEOUT_S)) as table:
            yield from table.execute(query, values)

    def await_reached(self, ends: Mapping[tuple[str, int], int]) -> None:
        """Waits until all records before these offsets are in the copy. Raises UnavailableError."""
        deadline = time.monotonic() + _TIMEOUT_S
        while any(self.offsets[partition] < end for (_, partition), end in ends.items()):
            if time.monotonic() > deadline:
                raise UnavailableError(f"{TOPIC.name} was not read up to its end within {_TIMEOUT_S:.0f} s")
            time.sleep(_CHECK_EVERY_S)
