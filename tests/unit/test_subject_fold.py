"""The fold of one subject: lives to read, and what holds for every life."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng import codec
from liancheng.errors import UndigestibleError
from liancheng.joint_list import causes, fold
from liancheng.joint_list.levels import kind_of
from liancheng.joint_list.standard_judge import current_judge
from liancheng.records.entries import LEVELS, RANK, Cause, ChangeKind, Entry, Level, ListRecord, PastChange
from liancheng.records.facts import Document, DocumentMoved
from liancheng.standard.citations import parse
from tests.unit.lives import (
    DAYS_SEEN,
    FIRST,
    JUDGE,
    LAST,
    REPEAT,
    UNHURRIED,
    USCC,
    Life,
    Penalty,
    ShortPeriods,
    Told,
    arrivals,
    entries_of,
    lives,
    noon,
    snapshots,
    told,
)


def on(number: int) -> date:
    """That day of September 2026."""
    return date(2026, 9, number)


def life_of(*events: Told, last: date | None = None) -> list[Entry]:
    """The entries of a subject with one document."""
    return entries_of(snapshots("d1", events), last)


def lines(entries: list[Entry]) -> list[tuple[int, ChangeKind, Level]]:
    return [(entry.day.day, entry.change.kind, entry.level) for entry in entries]


def rules(entry: Entry) -> list[str]:
    return [cause.rule for cause in entry.change.causes]


# ---- lives to read


def test_a_whole_life_from_decision_to_cleared():
    """Ten days of publication: decided on the 1st, published to the 11th, expired on the 12th."""
    entries = life_of(
        told("decision", on(1), stated_acts=(6,)),
        told("recognition_notice", on(3)),
        told("recognition_decided", on(5)),
        told("recognition_removed", on(8)),
        last=on(30),
    )
    assert lines(entries) == [
        (1, "candidate", "candidate"),
        (3, "amended", "candidate"),
        (5, "listed", "listed"),
        (8, "eased", "penalised"),
        (12, "cleared", "clear"),
    ]
    assert [rules(entry) for entry in entries] == [
        ["act.6"],
        [causes.NOTICE],
        [causes.DECIDED],
        [causes.REMOVED],
        [causes.EXPIRED],
    ]
    assert [entry.next_due_day for entry in entries] == [on(12)] * 4 + [None]
    assert [entry.level_since.day for entry in entries] == [1, 1, 5, 8, 12]
    assert entries[-1].history == tuple(
        PastChange(sequence=number, day=entry.day, kind=entry.change.kind, level=entry.level)
        for number, entry in enumerate(entries, start=1)
    )


def test_a_change_by_an_event_says_when_it_was_sent_and_accepted_and_one_by_time_does_not():
    penalised, cleared = life_of(told("decision", on(1)), last=on(12))
    assert penalised.change.accepted_at == noon(on(1))
    assert penalised.change.submitted_at == noon(on(1)) - timedelta(seconds=1)
    assert penalised.change.causes == (Cause(document_id="d1", rule="test.general", event_id="d1/decision/1"),)
    assert (cleared.change.accepted_at, cleared.change.submitted_at) == (None, None)
    assert cleared.change.causes == (Cause(document_id="d1", rule=causes.EXPIRED),)


def test_a_listing_outlives_the_publication_and_ends_with_its_removal():
    entries = life_of(told("decision", on(1)), told("recognition_decided", on(2)), last=on(20))
    assert lines(entries) == [(1, "penalised", "penalised"), (2, "listed", "listed"), (12, "amended", "listed")]
    entries = life_of(
        told("decision", on(1)), told("recognition_decided", on(2)), told("recognition_removed", on(25)), last=on(26)
    )
    assert lines(entries)[-1] == (25, "cleared", "clear")


def test_a_revocation_clears_at_once_and_takes_the_recognition_along():
    entries = life_of(told("decision", on(1)), told("recognition_decided", on(2)), told("revocation", on(3)))
    assert lines(entries)[-1] == (3, "cleared", "clear")
    assert rules(entries[-1]) == [causes.REVOKED]
    assert entries[-1].cases[0].standing == "revoked"
    assert entries[-1].next_due_day is None


def test_a_document_that_moves_away_clears_and_one_that_comes_back_counts_again():
    entries = life_of(told("decision", on(1)), told("away", on(2)), told("decision", on(3)))
    assert lines(entries) == [(1, "penalised", "penalised"), (2, "cleared", "clear"), (3, "penalised", "penalised")]
    assert rules(entries[1]) == [causes.MOVED]
    assert entries[1].change.causes[0].event_id == "d1/decision/2"


def test_a_move_of_a_document_never_held_is_no_news():
    moved = DocumentMoved(id="d9", version=2, event_id="e", submitted_at=noon(on(1)), accepted_at=noon(on(1)))
    (entry,) = life_of(told("decision", on(1)))
    assert fold.fold(None, USCC, moved, on(1), JUDGE) is None
    assert fold.fold(entry, USCC, moved, on(1), JUDGE) is None


def test_a_decision_that_no_regime_publishes_is_kept_and_leaves_the_subject_clear():
    (entry,) = life_of(told("decision", on(1), kinds=("warning",)))
    assert (entry.level, entry.cases[0].standing, entry.next_due_day) == ("clear", "unpublished", None)
    assert (entry.sequence, entry.change.kind, entry.history) == (1, "amended", ())
    assert rules(entry) == [causes.UNPUBLISHED]


def test_a_document_that_comes_after_its_last_published_day_is_expired_from_the_start():
    (entry,) = life_of(told("decision", on(12), decision_day=on(1)))
    assert (entry.level, entry.cases[0].standing, rules(entry)) == ("clear", "expired", [causes.EXPIRED])


def test_a_document_is_published_on_its_last_day_still():
    (entry,) = life_of(told("decision", on(11), decision_day=on(1)))
    assert (entry.level, entry.next_due_day) == ("penalised", on(12))


def test_a_correction_eases_and_each_act_that_counts_is_a_cause():
    first, second = life_of(told("decision", on(1), stated_acts=(3, 7)), told("decision", on(2)))
    assert rules(first) == ["act.3", "act.7"]
    assert (second.change.kind, second.level, rules(second)) == ("eased", "penalised", ["test.general"])


def test_an_act_that_does_not_count_makes_no_candidate():
    (entry,) = life_of(told("decision", on(1), stated_acts=(14,)))
    assert (entry.level, rules(entry)) == ("penalised", ["test.general"])
    assert [act.act for act in entry.cases[0].verdict.acts] == [14]


def test_the_newest_event_is_the_cause_and_of_one_instant_the_later_step():
    """A notice may be accepted before its decision is; the first snapshot then has both."""
    (entry,) = life_of(told("recognition_notice", on(1)), told("decision", on(2)))
    assert (entry.level, [cause.event_id for cause in entry.change.causes]) == ("candidate", ["d1/decision/1"])
    assert (entry.change.accepted_at, entry.day) == (noon(on(2)), on(2))
    (entry,) = life_of(told("recognition_notice", on(2)), told("decision", on(2)))
    assert rules(entry) == [causes.NOTICE]


def test_a_second_document_escalates_and_both_documents_expire_on_their_own_days():
    one = snapshots("d1", [told("decision", on(1))])
    two = snapshots("d2", [told("decision", on(4), stated_acts=(6,))])
    entries = entries_of([*one, *two], on(30))
    assert lines(entries) == [
        (1, "penalised", "penalised"),
        (4, "escalated", "candidate"),
        (12, "amended", "candidate"),
        (15, "cleared", "clear"),
    ]
    assert [case.document.id for case in entries[-1].cases] == ["d1", "d2"]


def test_documents_that_expire_on_the_same_day_make_one_change():
    penalties = [snapshots(id_, [told("decision", on(1))])[0] for id_ in ("d2", "d1")]
    last = entries_of(penalties, on(12))[-1]
    assert [cause.document_id for cause in last.change.causes] == ["d1", "d2"]
    assert last.sequence == 3


def test_the_name_is_the_newest_decisions_and_not_that_of_a_document_that_moved_away():
    one = snapshots("d1", [told("decision", on(1), name="虚构旧名有限公司")])
    two = snapshots("d2", [told("decision", on(5), name="虚构新名有限公司"), told("away", on(6))])
    assert [entry.name for entry in entries_of([*one, *two])] == [
        "虚构旧名有限公司",
        "虚构新名有限公司",
        "虚构旧名有限公司",
    ]


def test_long_texts_are_left_out_and_short_ones_kept():
    long = dict.fromkeys(("facts", "content", "legal_basis", "violated_text"), "虚构" * 100)
    (entry,) = life_of(told("decision", on(1), violation_type="水污染", **long))
    (plain,) = life_of(told("decision", on(1), violation_type="水污染"))
    assert entry == plain


# ---- recognition


@pytest.mark.parametrize(
    ("steps", "level"),
    [
        ([("notice", 2)], "candidate"),
        ([("decided", 2)], "listed"),
        ([("notice", 2), ("decided", 2), ("removed", 2)], "penalised"),
        ([("removed", 4), ("decided", 3)], "penalised"),  # arrived in the wrong order
        ([("decided", 2), ("removed", 4), ("decided", 3)], "penalised"),  # the decision's day corrected
        ([("decided", 2), ("removed", 4), ("decided", 5)], "listed"),  # recognised anew
        ([("decided", 2), ("removed", 4), ("decided", 5), ("removed", 6)], "penalised"),
        ([("notice", 2), ("removed", 4)], "penalised"),  # notice taken back
        ([("notice", 2), ("decided", 3), ("removed", 4), ("notice", 5)], "candidate"),  # a new notice
        ([("decided", 3), ("notice", 5)], "listed"),  # a notice takes nobody off the list
    ],
)
def test_the_days_of_a_recognition_say_which_step_stands(steps: list[tuple[str, int]], level: Level):
    events = [told(f"recognition_{step}", on(9), day=on(day)) for step, day in steps]
    assert life_of(told("decision", on(1)), *events)[-1].level == level


def test_after_a_removal_an_entry_act_makes_no_candidate():
    """Candidate is who meets an act and of whom nothing was decided yet."""
    decision = told("decision", on(1), stated_acts=(6,))
    assert life_of(decision)[-1].level == "candidate"
    assert life_of(decision, told("recognition_decided", on(2)), told("recognition_removed", on(3)))[-1].level == (
        "penalised"
    )


def test_a_notice_makes_a_candidate_of_a_subject_whose_publication_has_ended():
    entries = life_of(told("decision", on(1)), told("recognition_notice", on(10)), last=on(30))
    assert lines(entries)[-1] == (12, "amended", "candidate")


def test_an_act_alone_lists_only_where_the_standard_says_so():
    penalties = snapshots(
        "d1", [told("decision", on(1), stated_acts=(6,)), told("recognition_notice", on(2), day=on(2))]
    )
    penalties += snapshots("d2", [told("decision", on(3))])
    assert lines(entries_of(penalties, on(13), ShortPeriods(by_rule=True))) == [
        (1, "listed", "listed"),
        (2, "amended", "listed"),
        (3, "amended", "listed"),
        (12, "eased", "candidate"),  # its notice stands
    ]


# ---- days


def test_the_day_of_acceptance_is_one_of_shanghai():
    late = Told("decision", datetime(2026, 9, 1, 16, 0, tzinfo=UTC), {"decision_day": on(1)})
    assert life_of(late)[0].day == on(2)


def test_a_day_that_comes_late_turns_nothing_back():
    (entry,) = life_of(told("decision", on(1)))
    *_, cleared = fold.pass_days(entry, on(20), JUDGE)
    second = snapshots("d2", [told("decision", on(2))])[0]
    after = fold.fold(cleared, USCC, second, on(1), JUDGE)
    assert after and (after.day, after.level) == (on(12), "penalised")
    assert [case.standing for case in after.cases] == ["expired", "active"]


def test_an_event_of_a_new_day_expires_what_is_due_and_names_it():
    first, second = (snapshots(f"d{n}", [told("decision", on(day))])[0] for n, day in ((1, 1), (2, 13)))
    *_, entry = entries_of([first, second])
    assert entry.change.causes == (
        Cause(document_id="d2", rule="test.general", event_id="d2/decision/1"),
        Cause(document_id="d1", rule=causes.EXPIRED),
    )
    assert fold.pass_days(entry, on(13), JUDGE) == ()


# ---- the standard


class CountingJudge(ShortPeriods):
    def __call__(self, decision: Any) -> Any:
        judged.append(decision.event_id)
        return super().__call__(decision)


judged: list[str] = []


def test_a_decision_is_judged_once_per_version_of_the_standard():
    judged.clear()
    events = [told("decision", on(1)), told("recognition_notice", on(2)), told("decision", on(3))]
    entries = entries_of(snapshots("d1", events), judge=CountingJudge())
    assert judged == ["d1/decision/1", "d1/decision/2"]
    fold.pass_days(entries[-1], LAST, CountingJudge())
    assert len(judged) == 2
    second = snapshots("d2", [told("decision", on(4))])[0]
    fold.fold(entries[-1], USCC, second, on(4), CountingJudge(version="test.2"))
    assert sorted(judged[2:]) == ["d1/decision/2", "d2/decision/1"]


def test_another_standard_is_named_as_the_cause_for_the_documents_it_judges_otherwise():
    first, second = (snapshots(id_, [told("decision", on(1))])[0] for id_ in ("d1", "d2"))
    (entry,) = entries_of([first])
    longer = ShortPeriods(version="test.2", days=20)
    after = fold.fold(entry, USCC, second, on(1), longer)
    assert after and (after.standard, after.next_due_day) == ("test.2", on(22))
    assert [(cause.document_id, cause.rule) for cause in after.change.causes] == [
        ("d2", "test.general"),
        ("d1", causes.REJUDGED),
    ]
    (step,) = fold.pass_days(entry, on(12), longer)
    assert (step.level, rules(step), step.next_due_day) == ("penalised", [causes.REJUDGED], on(22))
    same = fold.fold(entry, USCC, second, on(1), ShortPeriods(version="test.3"))
    assert same and rules(same) == ["test.general"]


def test_the_shipped_standard_leads_through_the_same_life():
    """水污染防治法 83(3) carries act 6 where the agency states it; a fine of this day is published for a year."""
    basis = parse("水污染防治法83(3)").citations
    events = [
        told("decision", on(1), stated_acts=(6,), basis=basis, act_day=date(2026, 7, 1)),
        told("recognition_decided", on(5)),
        told("recognition_removed", on(8)),
    ]
    entries = entries_of(snapshots("d1", events), date(2027, 9, 2), current_judge())
    assert [entry.level for entry in entries] == ["candidate", "listed", "penalised", "clear"]
    assert rules(entries[0]) == ["act.6"]
    assert (entries[0].next_due_day, entries[-1].day) == (date(2027, 9, 2), date(2027, 9, 2))


# ---- what no fold can digest


def test_a_penalty_without_decision_or_under_the_wrong_key_is_refused():
    (good,) = snapshots("d1", [told("decision", on(1))])
    with pytest.raises(UndigestibleError, match="penalty d1: decision: found none"):
        fold.fold(None, USCC, msgspec.structs.replace(good, decision=None), on(1), JUDGE)
    with pytest.raises(UndigestibleError, match=f"found {USCC}, expected its key 91"):
        fold.fold(None, "91", good, on(1), JUDGE)


# ---- the names of steps


def test_the_kind_of_every_step_between_levels():
    kinds = {(before, after): kind_of(before, after) for before in LEVELS for after in LEVELS}
    assert {kinds[level, level] for level in LEVELS} == {"amended"}
    assert [kinds["clear", level] for level in LEVELS[1:]] == list(LEVELS[1:])
    assert [kinds[level, "clear"] for level in LEVELS[1:]] == ["cleared"] * 3
    assert kinds["penalised", "candidate"] == "escalated"
    assert kinds["penalised", "listed"] == kinds["candidate", "listed"] == "listed"
    assert {kinds["listed", "candidate"], kinds["listed", "penalised"], kinds["candidate", "penalised"]} == {"eased"}


# ---- what holds for every life

# What the order of arrival decides, and nothing else: how many steps there were, and when.
PATH = {"sequence": 0, "change": None, "history": (), "level_since": FIRST}


def state(entry: Entry) -> Entry:
    """Level, cases, name, standard, due day and day, without the path that led there."""
    return msgspec.structs.replace(entry, **PATH)


def passing(penalties: list[Penalty], days: list[date], last: date) -> list[Entry]:
    """Every entry where the list has reached `days[n]` when the n-th snapshot comes; at the end it reaches `last`."""
    made: list[Entry] = []
    for penalty, day in zip(penalties, days, strict=True):
        if made:
            made += fold.pass_days(made[-1], day, JUDGE)
        entry = fold.fold(made[-1] if made else None, USCC, penalty, day, JUDGE)
        made += [entry] if entry else []
    return [*made, *fold.pass_days(made[-1], last, JUDGE)]


@st.composite
def two_arrivals(draw: st.DrawFn) -> tuple[list[Penalty], list[Penalty]]:
    life = draw(lives().filter(lambda life: life.length > 0))
    return draw(arrivals(life)), draw(arrivals(life))


@st.composite
def arrival(draw: st.DrawFn) -> list[Penalty]:
    return draw(two_arrivals())[0]


@UNHURRIED
@given(two_arrivals(), DAYS_SEEN)
def test_order_of_arrival_does_not_matter(orders: tuple[list[Penalty], list[Penalty]], last: date):
    one, other = (entries_of(order, last)[-1] for order in orders)
    assert state(one) == state(other)


@UNHURRIED
@given(two_arrivals(), st.data())
def test_nor_does_it_matter_on_which_days_they_arrive(orders: tuple[list[Penalty], list[Penalty]], data: st.DataObject):
    """As long as the list ends on the same day; then only `day`, of the last step, may differ as well."""
    one, other = (
        passing(order, sorted(data.draw(st.lists(DAYS_SEEN, min_size=len(order), max_size=len(order)))), LAST)[-1]
        for order in orders
    )
    assert msgspec.structs.replace(state(one), day=LAST) == msgspec.structs.replace(state(other), day=LAST)


@UNHURRIED
@given(arrival(), st.data())
def test_what_was_heard_already_changes_nothing(order: list[Penalty], data: st.DataObject):
    entries = entries_of(order)
    again = data.draw(st.sampled_from(order))
    assert fold.fold(entries[-1], USCC, again, LAST, JUDGE) is None
    twice = [penalty for penalty in order for _ in range(2)]
    assert entries_of(twice, LAST) == entries_of(order, LAST)


@UNHURRIED
@given(arrival())
def test_sequences_are_gapless_and_each_change_starts_where_the_last_one_ended(order: list[Penalty]):
    entries = entries_of(order, LAST)
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[0].change.level_before == "clear"
    for before, after in pairwise(entries):
        assert after.change.level_before == before.level
        assert after.day >= before.day
        assert after.history[: len(before.history)] == before.history
    for entry in entries:
        assert entry.change.level_after == entry.level
        assert entry.change.causes
        assert entry.level_since <= entry.day
        assert entry.next_due_day is None or entry.next_due_day > entry.day


SAME_LEVEL = ("amended", "objection_marked", "objection_resolved")


@UNHURRIED
@given(arrival())
def test_history_holds_every_change_of_a_level_and_says_since_when_it_is(order: list[Penalty]):
    last = entries_of(order, LAST)[-1]
    levels: list[Level] = ["clear", *(past.level for past in last.history)]
    for past, (before, after) in zip(last.history, pairwise(levels), strict=True):
        marked = before == after and past.kind in ("objection_marked", "objection_resolved")
        assert marked or past.kind == kind_of(before, after)
    turns = [past.day for past in last.history if past.kind not in SAME_LEVEL]
    assert levels[-1] == last.level
    assert not turns or last.level_since == turns[-1]


@UNHURRIED
@given(arrival(), DAYS_SEEN, st.lists(DAYS_SEEN, max_size=6))
def test_days_passed_in_one_jump_equal_days_passed_one_by_one(order: list[Penalty], last: date, stops: list[date]):
    entry = entries_of(order)[-1]
    jump = fold.pass_days(entry, last, JUDGE)
    walked: list[Entry] = []
    for day in (*sorted(stop for stop in stops if stop < last), last):
        walked += fold.pass_days(walked[-1] if walked else entry, day, JUDGE)
    assert tuple(walked) == jump
    assert all(step.day <= last for step in jump)
    assert fold.pass_days(jump[-1] if jump else entry, last, JUDGE) == ()


@UNHURRIED
@given(arrival())
def test_an_entry_survives_its_bytes(order: list[Penalty]):
    decode = codec.decoder(ListRecord)
    for entry in entries_of(order, LAST):
        raw = codec.encode(entry)
        assert decode.decode(raw) == entry
        assert codec.encode(decode.decode(raw)) == raw


@UNHURRIED
@given(arrival())
def test_a_fold_goes_on_from_bytes_as_it_does_from_memory(order: list[Penalty]):
    decode = codec.decoder(ListRecord)
    entry: Entry | None = None
    for penalty in order:
        entry = fold.fold(decode.decode(codec.encode(entry)) if entry else None, USCC, penalty, FIRST, JUDGE)
    assert entry == passing(order, [FIRST] * len(order), FIRST)[-1]


@UNHURRIED
@given(arrival())
def test_revoking_everything_clears(order: list[Penalty]):
    entry = entries_of(order)[-1]
    for case in entry.cases:
        events = snapshots(case.document.id, [told("decision", FIRST), told("revocation", FIRST)])
        revoked = msgspec.structs.replace(events[-1], version=case.document.version + 1)
        following = fold.fold(entry, USCC, revoked, FIRST, JUDGE)
        assert following
        entry = following
    assert (entry.level, entry.next_due_day) == ("clear", None)


@UNHURRIED
@given(arrival())
def test_time_alone_takes_nobody_off_the_list_and_makes_nothing_worse(order: list[Penalty]):
    entry = entries_of(order)[-1]
    for step in fold.pass_days(entry, LAST, JUDGE):
        assert step.level == "listed" if entry.level == "listed" else RANK[step.level] <= RANK[entry.level]
        assert {cause.rule for cause in step.change.causes} <= {causes.EXPIRED, causes.UNPERFORMED, REPEAT.id}


@UNHURRIED
@given(lives().filter(lambda life: life.length > 0), DAYS_SEEN)
def test_a_subjects_level_is_the_worst_of_its_documents_and_repeats(life: Life, last: date):
    alone = [entries_of(heard, last)[-1] for heard in life.documents]
    day = max(entry.day for entry in alone)
    together = entries_of([penalty for heard in life.documents for penalty in heard], max(day, last))[-1]
    alone = [(fold.pass_days(entry, max(day, last), JUDGE) or [entry])[-1] for entry in alone]
    repeated = [RANK["candidate"]] if together.repeats else []
    assert RANK[together.level] == max([RANK[entry.level] for entry in alone] + repeated)
    assert RANK[together.level] == max([RANK[case.level] for case in together.cases] + repeated)


@UNHURRIED
@given(arrival())
def test_the_list_holds_the_newest_snapshot_of_each_document(order: list[Penalty]):
    newest = {penalty.id: penalty for penalty in order}
    held = {case.document.id: case for case in entries_of(order)[-1].cases}
    assert list(held) == sorted(newest)
    for id_, penalty in newest.items():
        assert held[id_].document.version == penalty.version
        if isinstance(penalty, Document):
            assert held[id_].document.recognition_decided == penalty.recognition_decided
            assert held[id_].standing == "revoked" if penalty.revocation else held[id_].standing != "moved"
        else:
            assert held[id_].standing in ("moved", "revoked")
