"""How well matching does on labelled pairs: precision and recall."""

import csv
from collections.abc import Iterable, Iterator

import msgspec

from liancheng.errors import WrongUseError
from liancheng.naming.index import Match, NameIndex
from liancheng.naming.similarity import CUTOFF

_NEEDED = ("query", "listed", "same")
_LABELS = {"yes": True, "no": False, "是": True, "否": False}


class Pair(msgspec.Struct, frozen=True):
    """A name asked for, the names of one company on the list, and whether they are the same company."""

    query: str
    listed: str
    former: tuple[str, ...]
    same: bool
    part: str
    kind: str


class Judged(msgspec.Struct, frozen=True):
    """A pair, and what the index says of it: the match, or None below the cutoff."""

    pair: Pair
    match: Match | None

    @property
    def right(self) -> bool:
        return self.pair.same == (self.match is not None)


class Rates(msgspec.Struct, frozen=True):
    """`precision`: of the matches, how many are the same company. `recall`: of those that are, how many match."""

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
    """Pairs of a CSV table: query, listed, same (yes / no); part, kind and former (names divided by ;) may be there.

    Raises:
        WrongUseError: a column is missing or a row has no label; names the file and the line.
    """
    rows = csv.DictReader(text.splitlines())
    missing = [column for column in _NEEDED if column not in (rows.fieldnames or ())]
    if missing:
        raise WrongUseError(f"{name}: no column {missing[0]!r}, expected {', '.join(_NEEDED)} in the first line")
    for row in rows:
        label = (row["same"] or "").strip().lower()
        if label not in _LABELS:
            raise WrongUseError(f"{name}: line {rows.line_num}: same is {label!r}, expected yes or no")
        former = tuple(filter(None, (row.get("former") or "").split(";")))
        part, kind = row.get("part") or "all", row.get("kind") or "all"
        yield Pair(row["query"], row["listed"] or "", former, _LABELS[label], part, kind)


def judge(pairs: Iterable[Pair], cutoff: float = CUTOFF) -> list[Judged]:
    """Each pair by an index that holds its company alone: what the keys lose counts as lost."""
    return [_judged(pair, cutoff) for pair in pairs]


def _judged(pair: Pair, cutoff: float) -> Judged:
    found = NameIndex([("", pair.listed, pair.former)]).candidates(pair.query, 1, cutoff)
    return Judged(pair, found[0] if found else None)


def rates(judged: Iterable[Judged]) -> Rates:
    every = list(judged)
    found = [one for one in every if one.match]
    return Rates(len(every), sum(one.pair.same for one in every), len(found), sum(one.pair.same for one in found))
