"""What a preview says: the subjects that another version of the standard would move, and how many."""

from datetime import date
from typing import Literal

from liancheng.records.entries import Level, PublicationSeverity, Standing
from liancheng.records.facts import Model

Direction = Literal["up", "down"]  # up: to a worse level


class JudgedDocument(Model, frozen=True, kw_only=True):
    """A document by one of the two versions. `rules`: those by which it was judged and the other version differs."""

    standing: Standing
    severity: PublicationSeverity | None = None
    last_published_day: date | None = None
    acts: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()


class ShiftedDocument(Model, frozen=True, kw_only=True):
    id: str
    province: str
    authority: str
    document_no: str
    before: JudgedDocument
    after: JudgedDocument


class Shift(Model, tag="shift", frozen=True, kw_only=True):
    """A subject whose level would be another one. `rules` make the difference; `documents` are judged by them."""

    uscc: str
    name: str
    level_before: Level
    level_after: Level
    direction: Direction
    rules: tuple[str, ...]
    documents: tuple[ShiftedDocument, ...]


class Step(Model, frozen=True, kw_only=True):
    """So many subjects stand on `before` by the version in force, and on `after` by the other."""

    before: Level
    after: Level
    subjects: int


class Moved(Model, frozen=True, kw_only=True):
    """So many subjects move up and down in a province, or by a rule. A subject of two counts in both."""

    id: str
    up: int
    down: int


class Summary(Model, tag="preview", frozen=True, kw_only=True):
    """`unreadable` records stand in `dead-letters`: neither version judges them."""

    before: str
    after: str
    day: date
    subjects: int
    documents: int
    unreadable: int
    moved: int
    steps: tuple[Step, ...]
    provinces: tuple[Moved, ...]
    rules: tuple[Moved, ...]
