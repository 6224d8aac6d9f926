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
    """One event of one document's life. `reference`, the sender's mark (a row number), comes back in the receipt."""

    authority: str | None = None
    document_no: str | None = None
    revision: int = 1
    reference: str | None = None


class Decision(AgencyEvent, tag="decision", frozen=True, kw_only=True):
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
    remark: str | None = None


class Revocation(AgencyEvent, tag="revocation", frozen=True, kw_only=True):
    """The decision was changed, annulled or found void (行政处罚法 art. 48): withdrawn from every list."""

    revoked_date: str | None = None
    reason: str | None = None


class Recognition(AgencyEvent, tag="recognition", frozen=True, kw_only=True):
    """A step of the recognition 认定 of the document's subject as seriously dishonest: its own document and day."""

    stage: Literal["notice", "decided", "removed"]
    recognition_no: str | None = None
    date: str | None = None
    reason: str | None = None


Event = Union[Decision, Revocation, Recognition]
