"""What the joint-sanction list holds about a subject: entry, cases, verdicts, and the change that made the entry."""

from datetime import date, datetime
from typing import Literal, Union

from liancheng.records.facts import Document, Model, ObjectionOutcome

Level = Literal["clear", "penalised", "candidate", "listed"]
LEVELS: tuple[Level, ...] = ("clear", "penalised", "candidate", "listed")
RANK: dict[Level, int] = {level: rank for rank, level in enumerate(LEVELS)}

PublicationSeverity = Literal["minor", "general", "serious", "special_serious", "single"]
Standing = Literal[
    "active",  # published 公示中
    "expired",  # the last published day has passed
    "expired_unperformed",  # it has, and that the duty was performed was not reported (Order 36)
    "repaired",  # publication ended early 信用修复
    "revoked",
    "moved",  # a newer revision names another subject
    "unpublished",  # no regime publishes it (minor under Order 36; decisions older than any regime read)
]
ChangeKind = Literal[
    "listed",
    "candidate",
    "penalised",
    "escalated",
    "eased",
    "cleared",
    "amended",
    "objection_marked",
    "objection_resolved",
]


class ActFinding(Model, frozen=True, kw_only=True):
    """An entry act 认定情形 found in a decision. Only an act that `counts` makes a candidate."""

    act: int  # 1-14
    counts: bool
    by: Literal["exact", "stated", "stated_unsupported"]
    citation: str  # the article it rests on, as 《law》83(3)
    rule: str  # id of the rule in the standard
    source: str
    mark: str


class Verdict(Model, frozen=True, kw_only=True):
    """How the standard judges one document: severity, publication period, entry acts."""

    standard: str
    regime: str | None = None  # None: no regime read covers the decision's day
    severity: PublicationSeverity | None = None
    severity_rule: str | None = None
    earliest_repair_day: date | None = None  # None: no early repair
    last_published_day: date | None = None  # None: not published
    acts: tuple[ActFinding, ...] = ()
    unperformed_rule: str | None = None  # what makes ending with the duty unperformed a state of its own
    classes: tuple[str, ...] = ()  # classes of violation, where the decision finds intent and a rule asks for it
    notes: tuple[str, ...] = ()


class Objection(Model, frozen=True, kw_only=True):
    """The objection to a document. `due_day`: by when the province has to decide it; None: no term was read."""

    state: Literal["open", "resolved"]
    raised_day: date | None = None
    due_day: date | None = None
    due_rule: str | None = None
    resolved_day: date | None = None
    outcome: ObjectionOutcome | None = None


class Case(Model, frozen=True, kw_only=True):
    """One document as its subject's entry holds it: the facts without their long texts, the verdict, the standing.

    `repair_lacks`: rules that a repair on record does not meet, so that it does not count.
    """

    document: Document
    verdict: Verdict
    standing: Standing
    level: Level  # that this document alone gives
    repair_lacks: tuple[str, ...] = ()
    objection: Objection | None = None

    # What a fold reads of every case, even of those that it leaves as they are: `partial.LazyCase` has the same.
    @property
    def id(self) -> str:
        return self.document.id

    @property
    def version(self) -> int:
        return self.document.version

    @property
    def name(self) -> str:
        return self.document.decision.name if self.document.decision else ""

    @property
    def decision_day(self) -> date:
        return self.document.decision.decision_day if self.document.decision else date.min

    @property
    def last_published_day(self) -> date | None:
        return self.verdict.last_published_day

    @property
    def classes(self) -> tuple[str, ...]:
        return self.verdict.classes


class Repeat(Model, frozen=True, kw_only=True):
    """The same violation again, across documents: which rule finds it in which of them."""

    rule: str
    source: str
    mark: str
    violation_class: str
    document_ids: tuple[str, ...]


class Cause(Model, frozen=True, kw_only=True):
    """What led to a change: a document, the event about it (None: a day passed), the rule that judged it."""

    document_id: str
    rule: str
    event_id: str | None = None


class Change(Model, frozen=True, kw_only=True):
    """The step from the entry before to this one. Its id is `<uscc>/<sequence>`."""

    kind: ChangeKind
    level_before: Level
    level_after: Level
    causes: tuple[Cause, ...]
    submitted_at: datetime | None = None  # of the event that caused it; None: a day passed
    accepted_at: datetime | None = None


class PastChange(Model, frozen=True, kw_only=True):
    """One line of a subject's history."""

    sequence: int
    day: date
    kind: ChangeKind
    level: Level


class Entry(Model, tag="entry", frozen=True, kw_only=True):
    """A subject's entry on the list AND the change that made it. `sequence` is gapless per subject, from 1.

    `next_due_day` is the first day on which time alone changes the entry; it stands first so that an index of due
    days can be built without reading the rest.
    """

    next_due_day: date | None = None
    uscc: str
    name: str
    level: Level
    sequence: int
    day: date
    level_since: date
    standard: str
    cases: tuple[Case, ...]
    change: Change
    repeats: tuple[Repeat, ...] = ()
    former_names: tuple[str, ...] = ()
    history: tuple[PastChange, ...] = ()


class Adoption(Model, frozen=True, kw_only=True):
    """A version of the standard and the day from which it is in force."""

    version: str
    from_day: date


class ListDay(Model, tag="list_day", frozen=True, kw_only=True):
    """The list is complete up to this day on this partition: written by joint_list when it has processed a new day.

    `adopted`: the versions of the standard that the partition knows of, in the order of their adoption.
    """

    day: date
    adopted: tuple[Adoption, ...] = ()


ListRecord = Union[Entry, ListDay]
