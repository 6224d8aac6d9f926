"""Entries and documents decoded in part: the fields that a reader needs, with the names and types of the whole.

Of an entry of five documents (7 kB) decoding and freeing all takes 28 us and encoding it 14; as a `LazyEntry` 10 and 4.
An `AlertedEntry` takes half the time of an `Entry`. tests/unit/test_partial.py compares each field with the whole's.
"""

from datetime import date
from typing import Any, Union, cast

import msgspec

from liancheng import codec
from liancheng.records.entries import (
    Case,
    Change,
    Entry,
    Level,
    ListDay,
    Objection,
    PublicationSeverity,
    Repeat,
    Standing,
    Verdict,
)
from liancheng.records.facts import Decided, Document, DocumentMoved, Kind, Model, NewDay, StandardAdopted

# -- what the fold of the list reads ---------------------------------------------------------------------------------


class ShortDocument(Document, tag="document", frozen=True, kw_only=True):
    """A document without its decision's texts, which the list does not hold and a fold need not decode."""

    decision: Decided | None = None  # type: ignore[assignment]  # to a fold it is a DecisionFact


ShortPenalty = Union[ShortDocument, DocumentMoved, NewDay, StandardAdopted]


class FoldedDecision(Model, frozen=True, kw_only=True):
    name: str
    decision_day: date


class FoldedDocument(Model, frozen=True, kw_only=True):
    id: str
    version: int
    decision: FoldedDecision


class FoldedVerdict(Model, frozen=True, kw_only=True):
    last_published_day: date | None = None
    classes: tuple[str, ...] = ()


class FoldedCase(Model, frozen=True, kw_only=True):
    """What a fold reads of every case."""

    document: FoldedDocument
    verdict: FoldedVerdict
    standing: Standing
    level: Level
    repair_lacks: tuple[str, ...] = ()


class FoldedCases(Model, tag="entry", frozen=True, kw_only=True):
    cases: tuple[FoldedCase, ...]


_decode_case = codec.decoder(Case).decode


class LazyCase(codec.Spliced):
    """A case that is decoded whole only if a fold reads more of it than `FoldedCase`. To a fold it is a `Case`."""

    __slots__ = (
        "_whole", "classes", "decision_day", "id", "last_published_day", "level", "name", "repair_lacks", "standing",
        "version",
    )  # fmt: skip

    def __init__(self, raw: msgspec.Raw, folded: FoldedCase) -> None:
        document, verdict = folded.document, folded.verdict
        self.raw = raw
        self.id = document.id
        self.version = document.version
        self.name = document.decision.name
        self.decision_day = document.decision.decision_day
        self.last_published_day = verdict.last_published_day
        self.classes = verdict.classes
        self.standing = folded.standing
        self.level = folded.level
        self.repair_lacks = folded.repair_lacks
        self._whole: Case | None = None

    @property
    def whole(self) -> Case:
        if self._whole is None:
            self._whole = _decode_case(self.raw)
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


class LazyEntry(msgspec.Struct, tag="entry", kw_only=True, omit_defaults=True, gc=False):
    """The fields of `Entry`; `change` and `history`, which a fold only passes on, are bytes. Encoded as an `Entry`."""

    next_due_day: date | None = None
    uscc: str
    name: str
    level: Level
    sequence: int
    day: date
    level_since: date
    standard: str
    cases: Any  # tuple of msgspec.Raw once decoded, then of LazyCase
    change: msgspec.Raw
    repeats: tuple[Repeat, ...] = ()
    former_names: tuple[str, ...] = ()
    history: tuple[msgspec.Raw, ...] = ()


class _RawCases(LazyEntry, tag="entry", kw_only=True, omit_defaults=True, gc=False):
    cases: tuple[msgspec.Raw, ...]


_decode_raw_cases = codec.decoder(_RawCases).decode
_decode_folded_cases = codec.decoder(FoldedCases).decode


class EntryDecoder:
    """Decodes an entry for a fold. The cast is needed because a `Struct` cannot decode its fields late:

    tests/unit/test_partial.py compares every field and property, and the bytes that a fold makes of both.
    """

    @staticmethod
    def decode(raw: bytes) -> Entry:
        entry: LazyEntry = _decode_raw_cases(raw)
        entry.cases = tuple(map(LazyCase, entry.cases, _decode_folded_cases(raw).cases))
        return cast("Entry", entry)


# -- what an alert is made from --------------------------------------------------------------------------------------


class AlertedDecision(Model, frozen=True, kw_only=True):
    decision_day: date
    kinds: tuple[Kind, ...]
    fine_fen: int | None = None
    confiscated_fen: int | None = None


class AlertedRecognition(Model, frozen=True, kw_only=True):
    recognition_no: str


class AlertedRepair(Model, frozen=True, kw_only=True):
    day: date


class AlertedDocument(Model, frozen=True, kw_only=True):
    id: str
    province: str
    authority: str
    document_no: str
    decision: AlertedDecision
    recognition_decided: AlertedRecognition | None = None
    repair: AlertedRepair | None = None


class AlertedAct(Model, frozen=True, kw_only=True):
    act: int
    counts: bool
    rule: str
    source: str
    mark: str


class AlertedVerdict(Model, frozen=True, kw_only=True):
    severity: PublicationSeverity | None = None
    acts: tuple[AlertedAct, ...] = ()
    earliest_repair_day: date | None = None
    last_published_day: date | None = None


class AlertedCase(Model, frozen=True, kw_only=True):
    document: AlertedDocument
    verdict: AlertedVerdict
    standing: Standing
    level: Level
    objection: Objection | None = None


class AlertedEntry(Model, tag="entry", frozen=True, kw_only=True):
    """What alerts and filters read of an entry."""

    uscc: str
    name: str
    level: Level
    sequence: int
    day: date
    standard: str
    cases: tuple[AlertedCase, ...]
    change: Change
    repeats: tuple[Repeat, ...] = ()


_decode_alerted = codec.decoder(AlertedEntry | ListDay)


def read_alerted(raw: bytes, what: str) -> AlertedEntry | None:
    """Returns the entry of a record of the list, None for the record of a day.

    Raises:
        UndigestibleError: it is neither; the error names `what`.
    """
    record: AlertedEntry | ListDay = codec.read(_decode_alerted, raw, what)
    return None if isinstance(record, ListDay) else record
