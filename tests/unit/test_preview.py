"""Whom another version would move: nobody where nothing differs, and never otherwise than the real fold says."""

from datetime import date, timedelta
from importlib.resources import files

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng import codec
from liancheng import standard as packaged
from liancheng.days import day_of
from liancheng.errors import UnavailableError
from liancheng.joint_list.preview import Preview
from liancheng.joint_list.shifts import Shift
from liancheng.joint_list.standard_judge import StandardJudge
from liancheng.records.facts import Document, Fact, NewDay, StandardAdopted
from liancheng.standard.citations import parse
from tests.unit.lives import (
    DAYS_SEEN,
    FIRST,
    LAST,
    UNHURRIED,
    USCC,
    Penalty,
    arrivals,
    entries_of,
    lives,
    snapshots,
    told,
)

RAW = files("liancheng.standard").joinpath("v2026_1.toml").read_bytes().decode()
A = packaged.current()
KEY = USCC.encode()
LIGHT = parse("水污染防治法83(2)").citations  # a class of violation, no entry act
CARRYING = parse("水污染防治法83(3);固废法112(1)(4)").citations


def edited(*edits: tuple[str, str]) -> packaged.Standard:
    raw = RAW.replace('version = "2026.1"', 'version = "b"')
    for old, new in edits:
        assert old in raw
        raw = raw.replace(old, new)
    return packaged.read(raw.encode(), "b.toml")


SHORTER = edited(("max_months = 12", "max_months = 1"), ("min_months = 3", "min_months = 1"))
UNPUBLISHED = edited(('any_kind = ["fine", "confiscation"]', 'any_kind = ["fine", "confiscation"]\nenabled = false'))
BY_RULE = edited(('mode = "by_decision"', 'mode = "by_rule"'))
LIMITED = edited(("[parameters.large_fine_yuan]", "[parameters.large_fine_yuan]\nvalue = 20000"))
REPEATING = edited(('province = "330000"\nmark = "S"', 'mark = "S"'))
REPAIRING = edited(  # the two of Order 36 that a random repair may lack, and its shortest period
    ('id = "repair.performed.36"', 'id = "repair.performed.36"\nenabled = false'),
    ("min_months = 3", "min_months = 0"),
)
OTHERS = (SHORTER, UNPUBLISHED, BY_RULE, LIMITED, REPEATING, REPAIRING)


def previewed(penalties: list[Penalty], after: packaged.Standard, day: date = LAST) -> tuple[Preview, list[Shift]]:
    preview = Preview(after, day)
    for penalty in penalties:
        preview.take(KEY, codec.encode(penalty))
    return preview, preview.judge()


def candidate(number: int, decided: date = FIRST, **more) -> list[Penalty]:
    """A document that states an act and cites the article which carries it."""
    basis = parse("水污染防治法83(3)").citations
    details = {"decision_day": decided, "basis": basis, "stated_acts": (6,)} | more
    return snapshots(f"d{number}", [told("decision", FIRST, **details)])


def citing(penalties: list[Penalty]) -> list[Penalty]:
    """The same, where each decision cites articles that can carry the acts which random lives state."""
    return [
        msgspec.structs.replace(p, decision=msgspec.structs.replace(p.decision, basis=CARRYING))
        if isinstance(p, Document) and p.decision
        else p
        for p in penalties
    ]


HEARD = lives().flatmap(arrivals).map(citing)


# ---- against the real fold


@UNHURRIED
@given(HEARD, DAYS_SEEN)
def test_a_version_moves_nobody_against_itself(penalties, day):
    preview, shifts = previewed(penalties, packaged.read(RAW.encode(), "same.toml"), day)
    assert shifts == []
    assert preview.summary().moved == 0
    assert preview.summary().provinces == preview.summary().rules == ()


@UNHURRIED
@given(HEARD, st.sampled_from(OTHERS), st.booleans())
def test_the_levels_are_those_of_the_real_fold(penalties, other, late):
    day = LAST + timedelta(400) if late else LAST
    real = [entries_of(penalties, day, StandardJudge(standard)) for standard in (A, other)]
    preview, shifts = previewed(penalties, other, day)
    levels = [entries[-1].level if entries else "clear" for entries in real]
    if levels[0] == levels[1]:
        assert shifts == []
    else:
        (shift,) = shifts
        assert [shift.level_before, shift.level_after] == levels
        assert (shift.uscc, shift.name) == (USCC, real[1][-1].name)
        assert shift.rules, "a shift says why"
        assert shift.documents
    (step,) = preview.summary().steps or [None]
    if step:
        assert [step.before, step.after, step.subjects] == [*levels, 1]


@UNHURRIED
@given(lives().flatmap(lambda life: st.tuples(arrivals(life), arrivals(life))), st.sampled_from(OTHERS))
def test_the_order_of_arrival_does_not_matter(both, other):
    (one, shifts), (two, same) = (previewed(penalties, other) for penalties in both)
    assert shifts == same
    assert one.summary() == two.summary()


@UNHURRIED
@given(HEARD, DAYS_SEEN, st.sampled_from(OTHERS))
def test_a_past_day_knows_only_what_was_accepted_by_then(penalties, day, other):
    """A snapshot of a document carries the facts before it, so the newest one of that day is what was known."""
    known = [p for p in penalties if newest(p) <= day]
    assert previewed(penalties, other, day)[1] == previewed(known, other, day)[1]


def newest(penalty: Penalty) -> date:
    if not isinstance(penalty, Document):
        return day_of(penalty.accepted_at)
    facts = (getattr(penalty, name) for name in penalty.__struct_fields__)
    return day_of(max(fact.accepted_at for fact in facts if isinstance(fact, Fact)))


# ---- what it says


def test_a_rule_of_one_document_is_named_with_the_documents_it_judges():
    (shift,) = previewed([*candidate(1), *snapshots("d2", [told("decision", FIRST)])], UNPUBLISHED)[1]
    assert (shift.level_before, shift.level_after, shift.direction) == ("candidate", "clear", "down")
    assert [document.id for document in shift.documents] == ["d1", "d2"]
    first = shift.documents[0]
    assert (first.before.standing, first.after.standing) == ("active", "unpublished")
    assert first.before.last_published_day == date(2027, 9, 1)
    assert first.before.acts == (6,)
    assert first.before.rules == ("ndrc-36.general.fine", "ndrc-36.period.general")
    assert "act.6" not in shift.rules


def test_a_period_that_differs_is_named_although_the_same_rule_leads_to_it():
    (shift,) = previewed(snapshots("d1", [told("decision", FIRST)]), SHORTER)[1]
    assert (shift.level_before, shift.level_after) == ("penalised", "clear")
    assert shift.rules == ("ndrc-36.period.general",)


def test_a_way_of_listing_is_named_where_the_documents_weigh_the_same():
    preview, (shift,) = previewed([*candidate(1), *snapshots("d2", [told("revocation", FIRST)])], BY_RULE)
    assert (shift.level_before, shift.level_after, shift.direction) == ("candidate", "listed", "up")
    assert shift.rules == ("listing.by_decision",)
    assert [document.id for document in shift.documents] == ["d1"]
    assert [(moved.id, moved.up, moved.down) for moved in preview.summary().provinces] == [("990000", 1, 0)]


def test_a_rule_across_documents_is_named_with_them():
    again = {"basis": LIGHT, "intentional": True}
    heard = [p for n in (1, 2) for p in snapshots(f"d{n}", [told("decision", FIRST, **again)])]
    (shift,) = previewed(heard, REPEATING)[1]
    assert (shift.level_before, shift.level_after) == ("penalised", "candidate")
    assert shift.rules == ("repeat.zhejiang",)
    assert [document.id for document in shift.documents] == ["d1", "d2"]


def test_a_repair_that_counts_now_is_named_by_what_it_lacked():
    (shift,) = previewed(snapshots("d1", [told("decision", FIRST), told("repair", FIRST + timedelta(9))]), REPAIRING)[1]
    assert (shift.level_before, shift.level_after) == ("penalised", "clear")
    assert (shift.documents[0].before.standing, shift.documents[0].after.standing) == ("active", "repaired")
    assert set(shift.rules) == {"ndrc-36.period.general", "repair.min_period.36", "repair.performed.36"}


def test_the_version_in_force_is_the_one_adopted_on_the_log():
    for day, known in ((LAST - timedelta(1), True), (LAST, False)):
        preview = Preview(A, day)
        preview.take(b"standard", codec.encode(StandardAdopted(version="2099.1", from_day=LAST)))
        if known:
            assert preview.judge() == []
        else:
            with pytest.raises(UnavailableError, match=r"no version '2099.1' is packaged"):
                preview.judge()


def test_the_summary_counts_companies_over_partitions():
    preview = Preview(SHORTER, LAST)
    partitions = [[USCC, "91990000MA00000002"], ["91990000MA00000003"]]
    for usccs in partitions:
        for uscc in usccs:
            (penalty,) = snapshots("d1", [told("decision", FIRST, uscc=uscc)])
            preview.take(uscc.encode(), codec.encode(penalty))
        assert [shift.uscc for shift in preview.judge()] == sorted(usccs)
    summary = preview.summary()
    assert (summary.subjects, summary.documents, summary.moved) == (3, 3, 3)
    assert [(step.before, step.after, step.subjects) for step in summary.steps] == [("penalised", "clear", 3)]
    assert [(moved.id, moved.up, moved.down) for moved in summary.rules] == [("ndrc-36.period.general", 0, 3)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (KEY, b"{"),
        (KEY, None),
        (b"\xff", codec.encode(candidate(1)[0])),
        (b"91990000MA00000002", codec.encode(candidate(1)[0])),
    ],
)
def test_a_record_that_is_no_fact_is_counted_and_left_out(key, value):
    preview = Preview(SHORTER, LAST)
    preview.take(key, value)
    assert preview.judge() == []
    assert (preview.summary().unreadable, preview.summary().subjects) == (1, 0)


def test_days_are_no_facts():
    preview = Preview(SHORTER, LAST)
    preview.take(b"day", codec.encode(NewDay(day=FIRST)))
    assert (preview.judge(), preview.summary().unreadable) == ([], 0)
