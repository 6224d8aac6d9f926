"""Finds a name among many: first the names that share a key with it, then their scores."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
from rapidfuzz import fuzz, process

from liancheng.naming import keys
from liancheng.naming.factors import NameReason
from liancheng.naming.parts import parse
from liancheng.naming.similarity import CUTOFF, compare

_SHORTLIST = 64  # names scored by their parts; if more share a key, those with the most similar text
_BATCH = 20_000
_SIGN = 1 << 31  # SQLite stores a signed 32-bit integer in 4 bytes, an unsigned one in 6
_TABLES = """
CREATE TABLE name (id INTEGER PRIMARY KEY, uscc TEXT NOT NULL, printed TEXT NOT NULL, former INTEGER NOT NULL);
CREATE INDEX name_uscc ON name (uscc);
CREATE TABLE posting (key INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID;
"""

Listed = tuple[str, str, tuple[str, ...]]
_Row = tuple[str, str, int]


class Match(msgspec.Struct, frozen=True):
    """A company that may be the one searched for. `matched` is the similar name: its present `name` or a former one.

    `score`: 0 to 1, and 1 only if `matched` equals the query after normalisation.
    """

    uscc: str
    name: str
    matched: str
    score: float
    reasons: tuple[NameReason, ...]


class NameIndex:
    """Companies by (USCC, name, former names), in memory. Not thread-safe.

    Matches depend on the content of the index only, not on the order in which it was filled.
    """

    def __init__(self, listed: Iterable[Listed] = ()) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._db.executescript(_TABLES)
        self._next = 1
        self._load(listed)

    def __len__(self) -> int:
        """Returns the number of companies."""
        (count,) = self._db.execute("SELECT count(*) FROM name WHERE former = 0").fetchone()
        return int(count)

    def put(self, uscc: str, name: str, former_names: Iterable[str] = ()) -> None:
        """Adds a company, or replaces its names."""
        self.remove(uscc)
        self._add([(uscc, name, tuple(former_names))])

    def remove(self, uscc: str) -> None:
        """Removes a company; does nothing if it is not in the index."""
        rows = self._db.execute("SELECT id, printed FROM name WHERE uscc = ?", (uscc,)).fetchall()
        for number, printed in rows:
            self._db.executemany("DELETE FROM posting WHERE key = ? AND id = ?", _postings(number, printed))
        self._db.execute("DELETE FROM name WHERE uscc = ?", (uscc,))

    def candidates(self, query: str, limit: int = 10, cutoff: float = CUTOFF) -> list[Match]:
        """Returns at most `limit` companies with `cutoff` or more: best first, names before former ones, then by USCC.

        Complete for a `cutoff` of 0.75 or more while at most 64 names share a key with the query; if more do, the 64
        most similar texts are scored. For a lower cutoff, only names that share a key are returned.
        """
        best: dict[str, tuple[float, int, str]] = {}
        for uscc, printed, former in self._shortlist(query):
            ranked = (-compare(query, printed).score, former, printed)
            if -ranked[0] >= cutoff and (uscc not in best or ranked < best[uscc]):
                best[uscc] = ranked
        order = sorted(best, key=lambda uscc: (best[uscc][:2], uscc))
        return [self._match(query, uscc, *best[uscc][1:]) for uscc in order[: max(limit, 0)]]

    def _match(self, query: str, uscc: str, former: int, matched: str) -> Match:
        name, comparison = matched, compare(query, matched)
        reasons = comparison.reasons
        if former:
            (name,) = self._db.execute("SELECT printed FROM name WHERE uscc = ? AND former = 0", (uscc,)).fetchone()
            reasons = (*reasons, NameReason("former_name", f"a former name of {name}"))
        return Match(uscc, name, matched, comparison.score, reasons)

    def _shortlist(self, query: str) -> list[_Row]:
        parsed = parse(query)
        wanted = [key - _SIGN for key in keys.of_query(parsed)]
        marks = ",".join("?" * len(wanted))
        rows: list[_Row] = self._db.execute(
            f"SELECT uscc, printed, former FROM name WHERE id IN (SELECT id FROM posting WHERE key IN ({marks}))",
            wanted,
        ).fetchall()
        if len(rows) <= _SHORTLIST:
            return rows
        rows.sort()
        texts = [printed for _, printed, _ in rows]
        nearest = process.extract(parsed.folded, texts, scorer=fuzz.ratio, limit=_SHORTLIST)
        return [rows[position] for _, _, position in nearest]

    def _load(self, listed: Iterable[Listed]) -> None:
        rest = iter(listed)
        while batch := {row[0]: row for row in islice(rest, _BATCH)}:
            for uscc in batch:
                self.remove(uscc)
            self._add(batch.values())

    def _add(self, listed: Iterable[Listed]) -> None:
        names: list[tuple[int, str, str, int]] = []
        postings: list[tuple[int, int]] = []
        for uscc, name, former_names in listed:
            for former, printed in enumerate(dict.fromkeys((name, *former_names))):
                names.append((self._next, uscc, printed, min(former, 1)))
                postings.extend(_postings(self._next, printed))
                self._next += 1
        postings.sort()  # in the order of the B-tree: takes half the time
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO name VALUES (?, ?, ?, ?)", names)
        self._db.executemany("INSERT INTO posting VALUES (?, ?)", postings)
        self._db.execute("COMMIT")


def _postings(number: int, printed: str) -> Iterator[tuple[int, int]]:
    return ((key - _SIGN, number) for key in keys.of_listed(parse(printed)))
