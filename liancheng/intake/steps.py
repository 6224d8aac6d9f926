"""Reads the events of a document's later life, and an authority's report of a month."""

from calendar import monthrange
from datetime import date
from typing import Any

from liancheng.intake.fields import LONG_TEXT, Stamp, is_refused, required_day, text_or_none
from liancheng.records.events import MonthClosed, Objection, Performance, Recognition, Repair, Revocation
from liancheng.records.facts import (
    Finding,
    MonthFact,
    ObjectionFact,
    PerformanceFact,
    RecognitionFact,
    RepairFact,
    RevocationFact,
)
from liancheng.text.findings import error
from liancheng.text.identity import normalise_document_no

_MOST_DECISIONS = 1_000_000  # of one authority in one month; a larger number is an amount in yuan


def read_revocation(event: Revocation, stamp: Stamp, findings: list[Finding]) -> RevocationFact | None:
    day = required_day(event.revoked_date, "revoked_date", stamp, findings)
    reason = text_or_none(event.reason, "reason", LONG_TEXT, findings)
    if day is None or is_refused(findings):
        return None
    return RevocationFact(**stamp.fact(day, reason), revoked_day=day, reason=reason)


def read_recognition(event: Recognition, stamp: Stamp, findings: list[Finding]) -> RecognitionFact | None:
    number = normalise_document_no(event.recognition_no, "recognition_no")
    findings.extend(number.findings)
    day, reason = _day_and_reason(event, stamp, findings)
    if number.text is None or day is None or is_refused(findings):
        return None
    return RecognitionFact(**stamp.fact(number.text, day, reason), recognition_no=number.text, day=day, reason=reason)


def read_performance(event: Performance, stamp: Stamp, findings: list[Finding]) -> PerformanceFact | None:
    day = required_day(event.date, "date", stamp, findings)
    return None if day is None or is_refused(findings) else PerformanceFact(**stamp.fact(day), day=day)


def read_repair(event: Repair, stamp: Stamp, findings: list[Finding]) -> RepairFact | None:
    day, reason = _day_and_reason(event, stamp, findings)
    if day is None or is_refused(findings):
        return None
    return RepairFact(
        **stamp.fact(day, event.performed, event.commitment, reason),
        day=day,
        performed=event.performed,
        commitment=event.commitment,
        reason=reason,
    )


def read_objection(event: Objection, stamp: Stamp, findings: list[Finding]) -> ObjectionFact | None:
    day, reason = _day_and_reason(event, stamp, findings)
    if event.stage == "resolved" and event.outcome is None:
        findings.append(_OUTCOME_MISSING)
    elif event.stage == "raised" and event.outcome is not None:
        remedy = "leave it out; send it with stage resolved"
        findings.append(
            error("outcome", "outcome.unexpected", event.outcome, "no outcome while the objection is open", remedy)
        )
    if day is None or is_refused(findings):
        return None
    return ObjectionFact(**stamp.fact(day, event.outcome, reason), day=day, outcome=event.outcome, reason=reason)


_OUTCOME_MISSING = error(
    "outcome", "outcome.missing", "", "founded, unfounded or withdrawn", "say how the objection was resolved"
)


def read_month(event: MonthClosed, stamp: Stamp, findings: list[Finding]) -> MonthFact | None:
    """Reads the count. The month itself is part of the report's id and was read with it."""
    count = event.decisions
    if count is None or not 0 <= count <= _MOST_DECISIONS:
        sent = "" if count is None else str(count)
        expected = f"the number of decisions made in the month, 0 to {_MOST_DECISIONS:,}"
        findings.append(error("decisions", "decisions.wrong", sent, expected, "send the number; 0 if there were none"))
        return None
    if is_refused(findings):
        return None
    month = stamp.event_id.split("/")[-3]
    last = _last_day(month)
    if last >= stamp.today:
        remedy = f"send it after {last}"
        findings.append(error("month", "month.not_over", month, f"a month that ended before {stamp.today}", remedy))
        return None
    return MonthFact(**stamp.fact(count), decisions=count)


def _last_day(month: str) -> date:
    year, number = map(int, month.split("-"))
    return date(year, number, monthrange(year, number)[1])


def _day_and_reason(event: Any, stamp: Stamp, findings: list[Finding]) -> tuple[date | None, str | None]:
    return (
        required_day(event.date, "date", stamp, findings),
        text_or_none(event.reason, "reason", LONG_TEXT, findings),
    )
