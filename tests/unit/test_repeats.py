"""The same violation again within a year: found across documents, in whatever order they came."""

from datetime import date, timedelta

import msgspec
import pytest

from liancheng.answers.watch_fold import templates_of
from liancheng.joint_list import fold
from liancheng.joint_list.standard_judge import current_judge
from liancheng.records.entries import Entry
from tests.unit.lives import FIRST, JUDGE, LAST, REPEAT, USCC, Told, snapshots, told


def heard(*documents: list[Told], last: date = FIRST) -> Entry:
    """The entry of a subject that hears the documents one after the other."""
    entry: Entry | None = None
    for number, events in enumerate(documents, start=1):
        for penalty in snapshots(f"d{number}", events):
            entry = fold.fold(entry, USCC, penalty, FIRST, JUDGE) or entry
    assert entry
    return (entry, *fold.pass_days(entry, last, JUDGE))[-1]


def decided(day: int, **details: object) -> Told:
    intended = {"intentional": True, "decision_day": FIRST + timedelta(day)}
    return told("decision", FIRST + timedelta(day), **intended | details)


def test_two_decisions_of_one_class_with_intent_make_a_candidate_and_name_both():
    for order in ([[decided(0)], [decided(5)]], [[decided(5)], [decided(0)]]):
        entry = heard(*order)
        assert entry.level == "candidate" and entry.change.kind == "escalated"
        (found,) = entry.repeats
        assert found.rule == REPEAT.id and set(found.document_ids) == {"d1", "d2"}
        assert {cause.document_id for cause in entry.change.causes if cause.rule == REPEAT.id} == {"d1", "d2"}
        assert entry.history[-1].level == "candidate"


@pytest.mark.parametrize(
    "second",
    [
        decided(5, intentional=False),
        decided(31),  # a month after the first day ends on 1 October, the thirtieth day after it
    ],
)
def test_without_intent_or_later_than_the_term_it_is_no_repeat(second: Told):
    assert heard([decided(0)], [second]).level == "penalised"


def test_on_the_terms_last_day_it_still_is():
    assert heard([decided(0)], [decided(30)]).level == "candidate"


def test_a_revoked_document_takes_the_repeat_along_and_says_so():
    entry = heard([decided(0)], [decided(5), told("revocation", FIRST + timedelta(6))])
    assert entry.level == "penalised" and not entry.repeats
    assert REPEAT.id in {cause.rule for cause in entry.change.causes}


def test_it_lasts_as_long_as_its_newest_document_is_published():
    documents = [decided(0)], [decided(9)]
    assert heard(*documents, last=FIRST + timedelta(19)).level == "candidate"  # the first one has expired by then
    assert heard(*documents, last=LAST).level == "clear"


def test_a_bank_sees_both_documents_and_the_rule():
    entry = heard([decided(0)], [decided(9)], last=FIRST + timedelta(19))
    shipped = msgspec.structs.replace(entry, standard=current_judge().version)  # whose measures can be looked up
    reasons = templates_of(shipped).current.reasons
    assert [(reason.document_id, reason.repeats) for reason in reasons] == [("d1", (REPEAT.id,)), ("d2", (REPEAT.id,))]
