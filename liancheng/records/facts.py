"""Standardised facts about documents, on `receipts.<province>` and `penalties`. They hold no verdicts.

Days are days of Asia/Shanghai; instants are UTC; amounts are integer fen.
"""

from datetime import date, datetime
from typing import Literal, Union

import msgspec

Kind = Literal[
    "warning",  # 警告
    "criticism",  # 通报批评
    "fine",  # 罚款
    "confiscation",  # 没收违法所得、没收非法财物
    "licence_suspended",  # 暂扣许可证件
    "downgraded",  # 降低资质等级
    "licence_revoked",  # 吊销许可证件、吊销营业执照
    "business_restricted",  # 限制开展生产经营活动
    "production_stopped",  # 责令停产停业
    "closed",  # 责令关闭
    "employment_restricted",  # 限制从业
    "detention",  # 行政拘留
    "correction_ordered",  # 责令改正: an order in addition to the penalty, kept because agencies print it as a kind
    "other",
]
Outcome = Literal["accepted", "duplicate", "stale", "refused"]
Severity = Literal["error", "warning"]
ObjectionOutcome = Literal["founded", "unfounded", "withdrawn"]


class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The base of every record: immutable, without unset fields; older readers ignore fields they do not know."""


class Finding(Model, frozen=True, kw_only=True):
    """One finding about an event. An `error` refuses it; a `warning` reports what was normalised or is unusual."""

    field: str
    code: str
    severity: Severity = "error"
    found: str = ""
    expected: str = ""
    remedy: str = ""


class Citation(Model, frozen=True, kw_only=True):
    """A place in a statute: 《law》第article条第paragraph款第item项. `law` is a canonical name of `law_names.csv`."""

    law: str
    article: int
    paragraph: int | None = None
    item: int | None = None
    edition: str | None = None  # if the citation itself names one (旧, 2016年版)


class Fact(Model, frozen=True, kw_only=True):
    """The fields of every fact. `digest` is over the normalised content: same digest, same event."""

    revision: int
    event_id: str
    digest: str
    submitted_at: datetime  # when the agency's producer wrote it (its clock)
    accepted_at: datetime  # when standardise accepted it: the one clock that counts


class Decided(Fact, frozen=True, kw_only=True):
    """The part of a decision that it is judged by."""

    uscc: str
    name: str
    decision_day: date
    kinds: tuple[Kind, ...]
    fine_fen: int | None = None
    confiscated_fen: int | None = None
    basis: tuple[Citation, ...] = ()
    violated: tuple[Citation, ...] = ()
    stated_acts: tuple[int, ...] = ()
    act_day: date | None = None
    simple_procedure: bool = False
    intentional: bool = False
    violation_type: str | None = None


class DecisionFact(Decided, frozen=True, kw_only=True):
    """A whole decision. Its texts stay on `penalties` and `receipts.<province>`."""

    facts: str | None = None
    content: str | None = None
    legal_basis: str | None = None  # as printed
    violated_text: str | None = None  # as printed


class RevocationFact(Fact, frozen=True, kw_only=True):
    revoked_day: date
    reason: str | None = None


class RecognitionFact(Fact, frozen=True, kw_only=True):
    recognition_no: str
    day: date
    reason: str | None = None


class PerformanceFact(Fact, frozen=True, kw_only=True):
    day: date


class RepairFact(Fact, frozen=True, kw_only=True):
    """`performed` and `commitment` are findings of the body that granted the repair."""

    day: date
    performed: bool = False
    commitment: bool = False
    reason: str | None = None


class ObjectionFact(Fact, frozen=True, kw_only=True):
    """`outcome` is set only if the objection is resolved."""

    day: date
    outcome: ObjectionOutcome | None = None
    reason: str | None = None


class MonthFact(Fact, frozen=True, kw_only=True):
    decisions: int


class Document(Model, tag="document", frozen=True, kw_only=True):
    """All that is known about one document: the state of `standardise`, and the record on `penalties`.

    `version` counts the document's accepted events, so that a reader knows which of two snapshots is newer.
    """

    id: str
    province: str
    authority: str
    document_no: str
    version: int
    decision: DecisionFact | None = None
    revocation: RevocationFact | None = None
    recognition_notice: RecognitionFact | None = None
    recognition_decided: RecognitionFact | None = None
    recognition_removed: RecognitionFact | None = None
    performance_payment: PerformanceFact | None = None
    performance_correction: PerformanceFact | None = None
    repair: RepairFact | None = None
    objection_raised: ObjectionFact | None = None
    objection_resolved: ObjectionFact | None = None


class MonthReport(Model, tag="month_report", frozen=True, kw_only=True):
    """An authority's count of a month's decisions. It stays on `receipts.<province>`, as it names no company."""

    id: str
    province: str
    authority: str
    month: str  # 2026-10
    version: int
    closed: MonthFact | None = None


class DocumentMoved(Model, tag="document_moved", frozen=True, kw_only=True):
    """The newest revision of a document names another company. Notifies the old subject without naming the new one."""

    id: str
    version: int
    event_id: str
    submitted_at: datetime
    accepted_at: datetime


class NewDay(Model, tag="new_day", frozen=True, kw_only=True):
    """A day of Asia/Shanghai has begun. One on every partition of `penalties`."""

    day: date


class StandardAdopted(Model, tag="standard_adopted", frozen=True, kw_only=True):
    """A version of the unified standard is in force from a day on. One on every partition of `penalties`."""

    version: str
    from_day: date


Penalty = Union[Document, DocumentMoved, NewDay, StandardAdopted]


class Submission(Model, frozen=True, kw_only=True):
    """The result of one submitted event. `partition` and `offset` are its position on `penalty-events.<province>`."""

    event_id: str
    type: str
    revision: int
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reference: str | None = None
    partition: int
    offset: int
    submitted_at: datetime
    accepted_at: datetime


class Receipt(Model, tag="receipt", frozen=True, kw_only=True):
    """The state of a document (or of a month's report) and the result of its last submission.

    `document` is None until an event was accepted.
    """

    key: str
    submission: Submission
    document: Document | MonthReport | None = None
