"""Labels put to decisions by hand, and how a classification compares with them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from liancheng.errors import WrongUseError
from liancheng.records.facts import Model
from liancheng.standard.classification import Classification

_ACTS = range(1, 15)


class Label(NamedTuple):
    """The acts that a decision's facts show, and those that they leave open; 0 (written ?): any."""

    acts: frozenset[int]
    unclear: frozenset[int]

    def leaves_open(self, act: int) -> bool:
        return bool(self.unclear & {act, 0})


class Score(Model, frozen=True, kw_only=True):
    """One act over all decisions; those whose label leaves the act open count under `unclear` only.

    `found` was proved by a citation, `asked` could only be carried by one.
    """

    act: int
    labelled: int
    labelled_with_basis: int
    found: int
    right: int
    asked: int
    asked_rightly: int
    unclear: int


def read(path: Path, decisions: int) -> list[Label]:
    """The labels of a CSV file with the columns id (number of the row, from 1), acts, unclear; acts joined by `;`.

    Raises:
        WrongUseError: a column or a label is missing, or an act is none of the fourteen.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := {"id", "acts", "unclear"}.difference(reader.fieldnames or ()):
            raise WrongUseError(f"{path}: found no column {sorted(missing)[0]!r}, expected id, acts and unclear")
        rows = list(reader)
    if [row["id"] for row in rows] != [str(number) for number in range(1, decisions + 1)]:
        raise WrongUseError(
            f"{path}: found {len(rows)} labels, expected one for each of the {decisions} decisions, id 1 to {decisions}"
        )
    return [Label(_acts(row, "acts", path), _acts(row, "unclear", path)) for row in rows]


def _acts(row: dict[str, str], column: str, path: Path) -> frozenset[int]:
    acts = frozenset(
        0 if column == "unclear" and act == "?" else int(act) if act.isdecimal() else -1
        for act in (row[column] or "").split(";")
        if act
    )
    if not acts <= {0, *_ACTS} or (column == "acts" and 0 in acts):
        raise WrongUseError(f"{path}: id {row['id']}: {column}: found {row[column]!r}, expected numbers from 1 to 14")
    return acts


def measure(classifications: Sequence[Classification], labels: Sequence[Label]) -> list[Score]:
    """Returns a score for each act that is labelled, found or asked anywhere."""
    scores = (_score(act, list(zip(classifications, labels, strict=True))) for act in _ACTS)
    return [score for score in scores if score.labelled or score.found or score.asked]


def _score(act: int, pairs: Sequence[tuple[Classification, Label]]) -> Score:
    decided = [(result, act in label.acts) for result, label in pairs if not label.leaves_open(act)]
    proved = [labelled for result, labelled in decided if any(f.act == act and f.counts for f in result.found)]
    asked = [labelled for result, labelled in decided if any(open_.act == act for open_ in result.asked)]
    return Score(
        act=act,
        labelled=sum(labelled for _, labelled in decided),
        labelled_with_basis=sum(labelled for result, labelled in decided if result.basis),
        found=len(proved),
        right=sum(proved),
        asked=len(asked),
        asked_rightly=sum(asked),
        unclear=len(pairs) - len(decided),
    )
