"""`publish --check`: what would become of each row, by the fold that decides it, with nothing sent."""

import pytest

from cli.publish.check import check_rows
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records.events import Event
from producers import files
from tests.unit.makers import (
    PROVINCE,
    decision,
    month_closed,
    objection,
    performance,
    recognition,
    repair,
    revocation,
)


def outcomes(*events: Event) -> list[str]:
    text = "\n".join(codec.encode(event).decode() for event in events)
    return [answer.outcome for answer in check_rows(files.read(text.encode(), "month.jsonl").rows, PROVINCE)]


def test_rows_of_one_document_follow_each_other() -> None:
    better = decision(revision=2, facts="露天堆放")
    assert outcomes(decision(), decision(), better, decision(), revocation()) == [
        *("accepted", "duplicate", "accepted", "stale", "accepted")
    ]


def test_every_event_there_is_can_be_checked() -> None:
    life = decision(), performance(), repair("2025-01-02"), objection(), recognition(), revocation()
    assert outcomes(*life, month_closed(), month_closed()) == [*["accepted"] * 7, "duplicate"]


def test_what_would_be_refused_says_why() -> None:
    (answer,) = check_rows(files.read(codec.encode(decision(uscc="9134***")), "month.jsonl").rows, PROVINCE)
    assert (answer.outcome, answer.findings[0].code) == ("refused", "uscc.masked")


def test_what_is_about_a_person_is_refused_as_it_would_be_at_the_door() -> None:
    (answer,) = check_rows(files.read(codec.encode(decision(subject_category="自然人")), "month.jsonl").rows, PROVINCE)
    assert (answer.outcome, answer.receipt) == ("refused", None)


def test_a_province_that_is_none() -> None:
    with pytest.raises(WrongUseError, match="expected a code of GB/T 2260"):
        check_rows([], "999999")
