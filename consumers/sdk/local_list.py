"""A bank's own copy of the list, in a file at home: filled from `sanction-list`, which every bank reads whole.

No question to the copy leaves the machine: filling it requests the list and nothing else.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

from confluent_kafka import Message

from consumers.reading.list_topic import ListTopic
from consumers.reading.sanction_list import digest_of
from liancheng import codec
from liancheng.errors import UnavailableError
from liancheng.records import topics
from liancheng.records.entries import Entry, ListDay, ListRecord
from liancheng.settings import Settings
from transport import tables
from transport.clients import reported

TOPIC = topics.SANCTION_LIST
_TRANSACTION_RECORDS = 20_000  # of the file
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (uscc TEXT PRIMARY KEY, raw BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part (number INTEGER PRIMARY KEY, read_to INTEGER NOT NULL, day TEXT);
CREATE TABLE IF NOT EXISTS head (topic_id TEXT NOT NULL, current_at REAL);
"""
_decode = codec.decoder(ListRecord)
_entry = codec.decoder(Entry)


class StaleCopyError(UnavailableError):
    """The copy is older than allowed: no answer is better than an old one."""


class CopyState(NamedTuple):
    """age_s: seconds since the copy held all that was on the topic; None: it never did."""

    age_s: float | None
    complete_to: date | None
    entries: int


class LocalList:
    """The copy. For one thread, and one process at a time.

    Args:
        path: the file; created if it is missing.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=30)
        self._db.executescript(_SCHEMA)

    def refresh(self, settings: Settings, progress: Callable[[int], None] = lambda _: None) -> set[str]:
        """Reads what the copy lacks; begins again if the topic was created again.

        Returns:
            The USCCs of the entries that changed.

        Raises:
            UnavailableError: no broker; the copy stays as it was.
        """
        with reported(f"reading {TOPIC.name}"):
            source = ListTopic(settings)
            self._require_topic(source.id())
            now, ends = time.time(), source.ends()
        starts = self._starts()
        places = {(TOPIC.name, number): end for number, end in enumerate(ends) if starts.get(number, 0) < end}
        begin = {(TOPIC.name, number): offset for number, offset in starts.items()}
        changed: set[str] = set()
        waiting: list[Message] = []
        for messages in tables.read_until(settings, places, begin):
            waiting += messages
            if len(waiting) >= _TRANSACTION_RECORDS:
                changed |= self._take(waiting)
                progress(len(waiting))
                waiting = []
        changed |= self._take(waiting)
        progress(len(waiting))
        self._reached(ends, now)
        return changed

    def state(self) -> CopyState:
        days = [day for (day,) in self._db.execute("SELECT day FROM part")]
        (at,) = self._db.execute("SELECT max(current_at) FROM head").fetchone()
        (count,) = self._db.execute("SELECT count(*) FROM entry").fetchone()
        complete = len(days) == TOPIC.partitions and None not in days
        age_s = None if at is None or at > time.time() else time.time() - at  # unknown after the clock was put back
        return CopyState(age_s, date.fromisoformat(min(days)) if complete else None, count)

    def check_fresh(self, limit_s: float) -> CopyState:
        """Returns the state. Raises StaleCopyError if the copy is older than that, or was never filled."""
        state = self.state()
        if state.age_s is None:
            raise StaleCopyError(
                "the local copy of the list was never filled to the end: run it while the broker can be reached"
            )
        if state.age_s > limit_s:
            raise StaleCopyError(
                f"the local copy of the list is {state.age_s:,.0f} s old, {limit_s:,.0f} s are allowed: "
                "run it while the broker can be reached, or allow more with --max-age"
            )
        return state

    def entry(self, uscc: str) -> Entry | None:
        """Returns the entry of a valid USCC; None: it has none."""
        row = self._db.execute("SELECT raw FROM entry WHERE uscc = ?", (uscc,)).fetchone()
        return _entry.decode(row[0]) if row else None

    def entries(self) -> Iterator[Entry]:
        """Yields all entries by USCC."""
        for (raw,) in self._db.execute("SELECT raw FROM entry ORDER BY uscc"):
            yield _entry.decode(raw)

    def digest(self) -> str:
        """Returns the digest that `liancheng list digest` prints for the same list."""
        return digest_of(self.entries())

    def close(self) -> None:
        self._db.close()

    def _require_topic(self, topic_id: str) -> None:
        """Empties the copy if its offsets are those of another topic."""
        known = self._db.execute("SELECT topic_id FROM head").fetchone()
        if known and known[0] == topic_id:
            return
        with self._db:
            for table in ("entry", "part", "head"):
                self._db.execute(f"DELETE FROM {table}")
            self._db.execute("INSERT INTO head VALUES (?, NULL)", (topic_id,))

    def _starts(self) -> dict[int, int]:
        return dict(self._db.execute("SELECT number, read_to FROM part").fetchall())

    def _take(self, messages: Iterable[Message]) -> set[str]:
        """Stores entries and the offsets they reach, in one transaction."""
        newest: dict[str, bytes | None] = {}
        with self._db:
            for message in messages:
                number, offset, raw = message.partition() or 0, message.offset() or 0, message.value()
                where = f"{TOPIC.name}[{number}]@{offset}"
                record = codec.read(_decode, raw, where) if raw is not None else None
                if isinstance(record, ListDay):
                    self._day(number, record.day)
                else:
                    newest[(message.key() or b"").decode()] = raw
                self._read_to(number, offset + 1)
            deleted = [(uscc,) for uscc, raw in newest.items() if raw is None]
            self._db.executemany("DELETE FROM entry WHERE uscc = ?", deleted)
            current = [(uscc, raw) for uscc, raw in newest.items() if raw is not None]
            self._db.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?)", current)
        return set(newest)

    def _reached(self, ends: Iterable[int], now: float) -> None:
        with self._db:
            for number, end in enumerate(ends):
                self._read_to(number, end)
            self._db.execute("UPDATE head SET current_at = ?", (now,))

    def _read_to(self, number: int, offset: int) -> None:
        self._db.execute(
            "INSERT INTO part (number, read_to) VALUES (?, ?) "
            "ON CONFLICT (number) DO UPDATE SET read_to = max(read_to, excluded.read_to)",
            (number, offset),
        )

    def _day(self, number: int, day: date) -> None:
        self._read_to(number, 0)
        self._db.execute("UPDATE part SET day = ? WHERE number = ?", (day.isoformat(), number))


def opened(settings: Settings) -> "closing[LocalList]":
    """Returns the copy in the home; the `with` closes it."""
    return closing(LocalList(settings.home / "list.db"))
