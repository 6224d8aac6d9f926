"""What an agency says of a document after its decision: performance, repair, objection; and of its month."""

from datetime import date

import pytest

from liancheng.records.facts import Document, MonthReport
from tests.unit.makers import (
    AUTHORITY,
    PROVINCE,
    codes,
    decision,
    month_closed,
    objection,
    outcome,
    performance,
    recognition,
    repair,
    send,
    send_all,
)


def finding_of(folded, code):  # type: ignore[no-untyped-def]
    return next(finding for finding in folded.receipt.submission.findings if finding.code == code)


def test_performance_is_kept_by_duty():
    document = send_all(decision(), performance("payment"), performance("correction", date="2024-05-06"))
    assert isinstance(document, Document)
    assert document.performance_payment and document.performance_payment.day == date(2024, 4, 1)
    assert document.performance_correction and document.performance_correction.day == date(2024, 5, 6)
    assert document.version == 3


# Decided 2024-03-05 under Order 58: three months, so from 2024-06-06 on; the last published day is 2027-03-05.
@pytest.mark.parametrize(("day", "accepted"), [("2024-06-05", False), ("2024-06-06", True), ("2026-09-01", True)])
def test_a_repair_that_comes_too_early_is_refused_with_the_earliest_day(day: str, accepted: bool):
    document = send_all(decision())
    folded = send(repair(day), document)
    assert outcome(folded) == ("accepted" if accepted else "refused")
    if not accepted:
        finding = finding_of(folded, "repair.min_period.58")
        assert finding.field == "date" and "2024-06-06" in finding.expected and "2024-06-06" in finding.remedy
        assert folded.receipt.document == document and not folded.penalties


@pytest.mark.parametrize(
    ("changed", "stated", "code"),
    [
        ({"decision_date": "2022-05-01", "act_date": None, "kinds": "责令停产停业"}, {}, "repair.min_period.36"),
        ({"decision_date": "2018-05-01", "act_date": None}, {}, "repair.nothing_published"),
        ({}, {"performed": False}, "repair.performed.36"),
        ({}, {"commitment": False}, "repair.commitment.36"),
        ({"decision_date": "2022-05-01", "act_date": None}, {}, "repair.publication_over"),  # until 2023-05-01
    ],
)
def test_each_condition_of_the_rules_on_the_day_of_the_repair(changed, stated, code):  # type: ignore[no-untyped-def]
    folded = send(repair("2026-08-01", **stated), send_all(decision(**changed)))
    assert outcome(folded) == "refused"
    assert code in codes(folded)


def test_before_order_36_neither_commitment_nor_performance_was_asked_for():
    folded = send(repair("2025-08-01", performed=False, commitment=False), send_all(decision()))
    assert outcome(folded) == "accepted"


def test_performance_on_record_need_not_be_stated_again():
    document = send_all(decision(), performance("payment"), performance("correction"))
    assert outcome(send(repair("2026-08-01", performed=False), document)) == "accepted"
    half = send_all(decision(), performance("payment"))
    assert codes(send(repair("2026-08-01", performed=False), half)) == ["repair.performed.36"]


def test_a_subject_on_zhejiangs_list_is_not_repaired_until_it_is_removed():
    listed = send_all(decision(), recognition("decided"))
    assert outcome(send(repair("2026-08-01"), listed)) == "accepted"  # Shanghai's text has no such rule
    assert isinstance(listed, Document)
    from liancheng.intake.documents import EventPosition, fold  # the same in Zhejiang
    from tests.unit.makers import NOW, codec

    events = [decision(), recognition("decided"), repair("2026-08-01"), recognition("removed", date="2026-08-02")]
    key = f"330000/{AUTHORITY}/{listed.document_no}"
    document, seen = None, []
    for offset, event in enumerate([*events, repair("2026-08-03")]):
        folded = fold(document, codec.encode(event), EventPosition("330000", key, 0, offset, NOW), NOW)
        document = folded.receipt.document
        seen.append(folded.receipt.submission.outcome)
    assert seen == ["accepted", "accepted", "refused", "accepted", "accepted"]


def test_a_repair_before_its_decision_waits_and_the_decision_says_when_it_does_not_count():
    waiting = send(repair("2024-05-01"))
    assert (outcome(waiting), codes(waiting)) == ("accepted", ["decision.awaited"])
    folded = send(decision(), waiting.receipt.document)  # type: ignore[arg-type]
    assert outcome(folded) == "accepted"
    finding = finding_of(folded, "repair.min_period.58")
    assert (finding.field, finding.severity) == ("repair", "warning")


def test_a_repair_sent_twice_is_a_duplicate_even_when_it_would_be_refused_by_now():
    document = send_all(decision(), repair("2024-06-06"), decision(revision=2, decision_date="2024-06-01"))
    assert outcome(send(repair("2024-06-06"), document)) == "duplicate"


def test_an_objection_has_two_steps_with_revisions_of_their_own():
    document = send_all(decision(), objection("raised"), objection("resolved", date="2024-04-09", outcome="founded"))
    assert isinstance(document, Document)
    assert document.objection_raised and document.objection_resolved
    assert document.objection_resolved.outcome == "founded"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (objection("resolved", outcome=None), "outcome.missing"),
        (objection("raised", outcome="founded"), "outcome.unexpected"),
        (objection("raised", date=None), "date.missing"),
        (performance("payment", date="2030-01-01"), "date.future"),
        (repair(""), "date.missing"),
        (month_closed(decisions=None), "decisions.wrong"),
        (month_closed(decisions=-1), "decisions.wrong"),
        (month_closed("2026-13"), "month.unreadable"),
        (month_closed("2026-09"), "month.not_over"),
        (month_closed(authority=None), "authority.missing"),
    ],
)
def test_what_is_refused(event, code):  # type: ignore[no-untyped-def]
    folded = send(event)
    assert (outcome(folded), codes(folded)) == ("refused", [code])
    assert all(finding.remedy for finding in folded.receipt.submission.findings)


@pytest.mark.parametrize("printed", ["2026-07", "2026/7", "2026年7月", "202607", "２０２６年７月"])
def test_a_month_is_closed_once_however_it_is_spelled_and_nil_is_a_count(printed: str):
    first = send(month_closed("2026-07"))
    assert outcome(first) == "accepted" and not first.penalties
    report = first.receipt.document
    assert isinstance(report, MonthReport)
    assert (report.id, report.month) == (f"{PROVINCE}/{AUTHORITY}/month_closed/2026-07", "2026-07")
    assert report.closed and report.closed.decisions == 0
    assert outcome(send(month_closed(printed), report)) == "duplicate"
    assert codes(send(month_closed(printed, 3), report)) == ["revision.conflict"]
    assert outcome(send(month_closed(printed, 3, revision=2), report)) == "accepted"
