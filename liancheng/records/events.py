"""What agencies publish, as they send it: values as printed, nothing normalised yet.

Every field of a decision is optional in these types, so that one receipt can name everything that is missing;
`intake/decisions.py` knows which fields a decision must have. Unknown fields are refused: a mistyped optional field
would otherwise be lost without notice.
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
    """An agency's statement. `reference` is the sender's own mark (a row number) and is repeated in the receipt."""

    authority: str | None = None
    revision: int = 1
    reference: str | None = None


class DocumentEvent(AgencyEvent, frozen=True, kw_only=True):
    """One event in the life of one document."""

    document_no: str | None = None


class Decision(DocumentEvent, tag="decision", frozen=True, kw_only=True):
    """The whole document 行政处罚决定书. A higher revision replaces a lower one, even if it names another company."""

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
    act_date: str | None = None  # the day of the violation, if known: it selects the edition of the law
    procedure: str | None = None  # 简易程序 or 普通程序
    stated_acts: list[int] | None = None  # entry acts 1-14 that the agency states
    intentional: bool = False  # 故意: the decision finds intent, which rules on repeated violations require
    remark: str | None = None


class Revocation(DocumentEvent, tag="revocation", frozen=True, kw_only=True):
    """The decision was changed, annulled or found void (行政处罚法 art. 48): withdrawn from every list."""

    revoked_date: str | None = None
    reason: str | None = None


class Recognition(DocumentEvent, tag="recognition", frozen=True, kw_only=True):
    """A step of the recognition 认定 of the subject as seriously dishonest, with its own document number and day."""

    stage: Literal["notice", "decided", "removed"]
    recognition_no: str | None = None
    date: str | None = None
    reason: str | None = None


class Performance(DocumentEvent, tag="performance", frozen=True, kw_only=True):
    """A duty under the decision was performed: 罚没款 paid in full, or the violation corrected 改正."""

    duty: Literal["payment", "correction"]
    date: str | None = None


class Repair(DocumentEvent, tag="repair", frozen=True, kw_only=True):
    """Publication ends early 信用修复, as granted on a day.

    `performed` and `commitment` are findings of the body that granted it: the violation corrected and all duties
    performed in full; a public credit commitment 信用承诺.
    """

    date: str | None = None
    performed: bool = False
    commitment: bool = False
    reason: str | None = None


class Objection(DocumentEvent, tag="objection", frozen=True, kw_only=True):
    """An objection 异议 to what is published: raised, or resolved with its outcome.

    The consequence of a founded objection (a correction, a revocation, a removal) is an event of its own.
    """

    stage: Literal["raised", "resolved"]
    date: str | None = None
    outcome: Literal["founded", "unfounded", "withdrawn"] | None = None  # of a resolved one
    reason: str | None = None


class MonthClosed(AgencyEvent, tag="month_closed", frozen=True, kw_only=True):
    """The number of decisions an authority made in a month, even 0: silence does not mean that nothing happened."""

    month: str | None = None  # 2026-10
    decisions: int | None = None


Event = Union[Decision, Revocation, Recognition, Performance, Repair, Objection, MonthClosed]
