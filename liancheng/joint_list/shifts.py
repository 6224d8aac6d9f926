"""The result of a preview: which subjects another version of the standard would move, and how many."""

from datetime import date
from typing import Literal

from liancheng.records.entries import Level, PublicationSeverity, Standing
from liancheng.records.facts import Model

Direction = Literal["up", "down"]  # up: to a worse level


class JudgedDocument(Model, frozen=True, kw_only=True):
    """A document as one version judges it. `rules` are the rules that judged it and that the other version has not."""

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
    """A subject whose level would change. `rules` make the difference; `documents` are those they judge."""

    uscc: str
    name: str
    level_before: Level
    level_after: Level
    direction: Direction
    rules: tuple[str, ...]
    documents: tuple[ShiftedDocument, ...]


class LevelCount(Model, frozen=True, kw_only=True):
    """How many subjects have the level `before` under the version in force and `after` under the other."""

    before: Level
    after: Level
    subjects: int


class ShiftCount(Model, frozen=True, kw_only=True):
    """How many subjects move up and down in a province or by a rule. A subject in two provinces counts in both."""

    id: str
    up: int
    down: int


class PreviewSummary(Model, tag="preview", frozen=True, kw_only=True):
    """The totals of a preview. `unreadable` records are in `dead-letters`: neither version judges them."""

    before: str
    after: str
    day: date
    subjects: int
    documents: int
    unreadable: int
    moved: int
    steps: tuple[LevelCount, ...]
    provinces: tuple[ShiftCount, ...]
    rules: tuple[ShiftCount, ...]
