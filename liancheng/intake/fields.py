"""Fields that several events share, and those that every fact gets from its record."""

from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from liancheng import codec
from liancheng.records.facts import Finding
from liancheng.text.findings import error
from liancheng.text.normalise import normalise_day

T = TypeVar("T")

LONG_TEXT = 20_000  # characters
SHORT_TEXT = 200


class Stamp(NamedTuple):
    """What a fact gets from its record rather than from its content."""

    revision: int
    event_id: str
    submitted_at: datetime
    accepted_at: datetime
    today: date  # of `accepted_at`, in Shanghai

    def fact(self, *content: Any) -> dict[str, Any]:
        """Returns the fields that every fact has. Events with equal `content` are the same event."""
        return {
            "revision": self.revision,
            "event_id": self.event_id,
            "digest": codec.digest((self.event_id, *content)),
            "submitted_at": self.submitted_at,
            "accepted_at": self.accepted_at,
        }


def is_refused(findings: list[Finding]) -> bool:
    """Returns whether one of the findings is an error."""
    return any(finding.severity == "error" for finding in findings)


def keep(result: tuple[T | None, Finding | None], findings: list[Finding]) -> T | None:
    """Returns the value and appends its finding, if any, to `findings`."""
    value, finding = result
    if finding:
        findings.append(finding)
    return value


def required_day(text: str | None, field: str, stamp: Stamp, findings: list[Finding]) -> date | None:
    """Returns a day that the event must have; None, with an error among the findings, if it is missing or refused."""
    if text and not text.isspace():
        return keep(normalise_day(text, field, stamp.today), findings)
    findings.append(error(field, f"{field}.missing", "", "a day such as 2024-01-05", "add the day"))
    return None


def day_or_none(text: str | None, field: str, stamp: Stamp, findings: list[Finding]) -> date | None:
    """Returns an optional day; None if it is missing or refused."""
    return keep(normalise_day(text, field, stamp.today), findings) if text and not text.isspace() else None


def text_or_none(text: str | None, field: str, limit: int, findings: list[Finding]) -> str | None:
    """Returns the stripped text; None if it is blank or has more than `limit` characters (an error)."""
    if text is None:
        return None
    text = text.strip()
    if len(text) > limit:
        expected = f"at most {limit} characters, not {len(text)}"
        findings.append(
            error(field, "text.too_long", "", expected, "send a summary; the full text is on the decision itself")
        )
        return None
    return text or None
