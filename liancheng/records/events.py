"""What agencies publish, as they send it: values as printed, nothing normalised yet.

Every field of a decision is optional here, so that one receipt can name everything that is missing at once;
`documents.standardise` says which ones a decision must have. Unknown fields are refused, for a mistyped optional
field would otherwise be lost in silence.
"""

from typing import Literal, Union

import msgspec

Number = Union[str, int, float]


class AgencyEvent(
    msgspec.Struct,
    tag_field="type",
    forbid_unknown_fields=True,
    omit_defaults=True,
    kw_only=True,
    frozen=True,
):
    """What an agency says. `reference`, the sender's mark (a row number), comes back in the receipt."""

    authority: str | None = None
    revision: int = 1
    reference: str | None = None


class DocumentEvent(AgencyEvent, frozen=True, kw_only=True):
    """One event of one document's life."""

    document_no: str | None = None


class Decision(DocumentEvent, tag="decision", frozen=True, kw_only=True):
    """The whole document 行政处罚决定书. A higher revision replaces a lower one, also when it names another company."""

    name: str | None = None
    uscc: str | None = None
    subject_category: str | None = None  # 行政相对人类别
    violation_type: str | None = None
    facts: str | None = None
    legal_basis: str | None = None
    violated: str | None = None
    kinds: str | list[str] | None = None
    content: str | None = None
    fine_wan: Number | None = None  # 万元, six decimals at most
    confiscated_wan: Number | None = None
    decision_date: str | None = None
    act_date: str | None = None  # the day of the violation, where known: it picks the edition of the law
    procedure: str | None = None  # 简易程序 or 普通程序
    stated_acts: list[int] | None = None  # entry acts 1-14 that the agency states
    intentional: bool = False  # 故意: the decision finds intent, which a rule on repeated violations asks for
    remark: str | None = None


class Revocation(DocumentEvent, tag="revocation", frozen=True, kw_only=True):
    """The decision was changed, annulled or found void (行政处罚法 art. 48): withdrawn from every list."""

    revoked_date: str | None = None
    reason: str | None = None


class Recognition(DocumentEvent, tag="recognition", frozen=True, kw_only=True):
    """A step of the recognition 认定 of the document's subject as seriously dishonest: its own document and day."""

    stage: Literal["notice", "decided", "removed"]
    recognition_no: str | None = None
    date: str | None = None
    reason: str | None = None


class Performance(DocumentEvent, tag="performance", frozen=True, kw_only=True):
    """A duty of the decision was performed: 罚没款 paid in full, or the violation corrected 改正."""

    duty: Literal["payment", "correction"]
    date: str | None = None


class Repair(DocumentEvent, tag="repair", frozen=True, kw_only=True):
    """Publication ends early 信用修复, as granted on a day.

    `performed` and `commitment` say what the body that granted it found: violation corrected and duties performed in
    full; a credit commitment 信用承诺 made in public.
    """

    date: str | None = None
    performed: bool = False
    commitment: bool = False
    reason: str | None = None


class Objection(DocumentEvent, tag="objection", frozen=True, kw_only=True):
    """An objection 异议 to what is published, raised, or resolved with its outcome.

    What a founded one leads to (a correction, a revocation, a removal) is an event of its own.
    """

    stage: Literal["raised", "resolved"]
    date: str | None = None
    outcome: Literal["founded", "unfounded", "withdrawn"] | None = None  # of a resolved one
    reason: str | None = None


class MonthClosed(AgencyEvent, tag="month_closed", frozen=True, kw_only=True):
    """How many decisions an authority made in a month, nil included: silence and "nothing happened" are different."""

    month: str | None = None  # 2026-10
    decisions: int | None = None


Event = Union[Decision, Revocation, Recognition, Performance, Repair, Objection, MonthClosed]
