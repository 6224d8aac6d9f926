"""Records read only as far as a fold needs them. Most of an entry's cases are left as they are: they stay bytes.

Of an entry of five documents (7 kB) reading and freeing all takes 28 us and writing it 14; this way 10 and 4.
"""

from datetime import date
from typing import Any, Union, cast

import msgspec

from liancheng import codec
from liancheng.records.entries import Case, Entry, Level, Objection, Repeat, Standing, Verdict
from liancheng.records.facts import Decided, Document, DocumentMoved, Model, NewDay, StandardAdopted

_case = codec.decoder(Case).decode


class _ShortDocument(Document, tag="document", frozen=True, kw_only=True):
    """A document without its decision's texts, which the list does not hold and a fold need not read."""

    decision: Decided | None = None  # type: ignore[assignment]  # to a fold it is a DecisionFact


ShortPenalty = Union[_ShortDocument, DocumentMoved, NewDay, StandardAdopted]


class _Decision(Model, frozen=True, kw_only=True):
    name: str
    decision_day: date


class _Document(Model, frozen=True, kw_only=True):
    id: str
    version: int
    decision: _Decision


class _Verdict(Model, frozen=True, kw_only=True):
    last_published_day: date | None = None
    classes: tuple[str, ...] = ()


class _Head(Model, frozen=True, kw_only=True):
    """What a fold asks of every case."""

    document: _Document
    verdict: _Verdict
    standing: Standing
    level: Level
    repair_lacks: tuple[str, ...] = ()


class LazyCase(codec.Spliced):
    """A case that is decoded when more than its head is asked for. To a fold it is a `Case`."""

    __slots__ = (
        "_whole", "classes", "decision_day", "id", "last_published_day", "level", "name", "repair_lacks", "standing",
        "version",
    )  # fmt: skip

    def __init__(self, raw: msgspec.Raw, head: _Head) -> None:
        document, verdict = head.document, head.verdict
        self.raw = raw
        self.id = document.id
        self.version = document.version
        self.name = document.decision.name
        self.decision_day = document.decision.decision_day
        self.last_published_day = verdict.last_published_day
        self.classes = verdict.classes
        self.standing = head.standing
        self.level = head.level
        self.repair_lacks = head.repair_lacks
        self._whole: Case | None = None

    @property
    def whole(self) -> Case:
        if self._whole is None:
            self._whole = _case(self.raw)
        return self._whole

    @property
    def document(self) -> Document:
        return self.whole.document

    @property
    def verdict(self) -> Verdict:
        return self.whole.verdict

    @property
    def objection(self) -> Objection | None:
        return self.whole.objection


class _Heads(Model, tag="entry", frozen=True, kw_only=True):
    cases: tuple[_Head, ...]


class LazyEntry(msgspec.Struct, tag="entry", kw_only=True, omit_defaults=True, gc=False):
    """The fields of `Entry`; those that a fold only hands on are bytes. To a fold it is one, and written as one."""

    next_due_day: date | None = None
    uscc: str
    name: str
    level: Level
    sequence: int
    day: date
    level_since: date
    standard: str
    cases: Any
    change: msgspec.Raw
    repeats: tuple[Repeat, ...] = ()
    former_names: tuple[str, ...] = ()
    history: tuple[msgspec.Raw, ...] = ()


class _Raws(LazyEntry, tag="entry", kw_only=True, omit_defaults=True, gc=False):
    cases: tuple[msgspec.Raw, ...]


_raws = codec.decoder(_Raws).decode
_heads = codec.decoder(_Heads).decode


class EntryDecoder:
    """Decodes an entry for a fold."""

    @staticmethod
    def decode(raw: bytes) -> Entry:
        entry: LazyEntry = _raws(raw)
        entry.cases = tuple(map(LazyCase, entry.cases, _heads(raw).cases))
        return cast("Entry", entry)
