"""Precision and recall of name matching on labelled pairs."""

import csv
from collections.abc import Iterable, Iterator

import msgspec

from liancheng.errors import WrongUseError
from liancheng.naming.index import Match, NameIndex
from liancheng.naming.similarity import CUTOFF

_NEEDED = ("query", "listed", "same")
_LABELS = {"yes": True, "no": False, "是": True, "否": False}


class Pair(msgspec.Struct, frozen=True):
    """A query, the names of one company on the list, and whether both are the same company."""

    query: str
    listed: str
    former: tuple[str, ...]
    same: bool
    part: str
    kind: str


class Judged(msgspec.Struct, frozen=True):
    """A pair and its match in the index, or None if the score is below the cutoff."""

    pair: Pair
    match: Match | None

    @property
    def right(self) -> bool:
        return self.pair.same == (self.match is not None)


class Rates(msgspec.Struct, frozen=True):
    """`precision`: the share of matches that are the same company. `recall`: the share of same companies that match."""

    pairs: int
    same: int
    found: int
    found_same: int

    @property
    def precision(self) -> float | None:
        return self.found_same / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.found_same / self.same if self.same else None


def read_pairs(text: str, name: str) -> Iterator[Pair]:
    """Yields the pairs of a CSV table with query, listed, same (yes / no); optional: part, kind, former (split by ;).

    Raises:
        WrongUseError: a column is missing or a row has no label; names the file and the line.
    """
    rows = csv.DictReader(text.splitlines())
    missing = [column for column in _NEEDED if column not in (rows.fieldnames or ())]
    if missing:
        raise WrongUseError(f"{name}: no column {missing[0]!r}; expected a first line with {', '.join(_NEEDED)}")
    for row in rows:
        label = (row["same"] or "").strip().lower()
        if label not in _LABELS:
            raise WrongUseError(f"{name}: line {rows.line_num}: same: found {label!r}, expected yes or no")
        former = tuple(filter(None, (row.get("former") or "").split(";")))
        part, kind = row.get("part") or "all", row.get("kind") or "all"
        yield Pair(row["query"], row["listed"] or "", former, _LABELS[label], part, kind)


def judge(pairs: Iterable[Pair], cutoff: float = CUTOFF) -> list[Judged]:
    """Judges each pair by an index of its company alone, so that a name missed by the keys counts as missed."""
    return [_judged(pair, cutoff) for pair in pairs]


def _judged(pair: Pair, cutoff: float) -> Judged:
    matches = NameIndex([("", pair.listed, pair.former)]).candidates(pair.query, 1, cutoff)
    return Judged(pair, matches[0] if matches else None)


def rates(judged: Iterable[Judged]) -> Rates:
    """Returns the rates over all judged pairs."""
    every = list(judged)
    matched = [item for item in every if item.match]
    same, matched_same = (sum(item.pair.same for item in items) for items in (every, matched))
    return Rates(len(every), same, len(matched), matched_same)
