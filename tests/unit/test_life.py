"""How a document stands: the table of transitions says all that random lives do, and no more than can happen."""

from datetime import date, timedelta

from hypothesis import given

from liancheng.days import day_of
from liancheng.joint_list import fold, life
from liancheng.joint_list.life import Transition
from liancheng.records.entries import Entry, Standing
from liancheng.records.facts import Document, DocumentMoved
from tests.unit.lives import FIRST, JUDGE, LAST, UNHURRIED, USCC, Life, Penalty, lives, snapshots, told

TABLE = frozenset(life.transitions())


def observed(heard: tuple[Penalty, ...]) -> list[Transition]:
    """The steps of one document, day by day, each by the event or the day that made it."""
    steps: list[Transition] = []
    entry: Entry | None = None
    before = life.BEGIN
    held: Document | DocumentMoved | None = None

    def see(after: Entry | None, event: str) -> None:
        nonlocal before, entry
        if after is not None:
            stands = after.cases[0].standing
            if stands != before:
                steps.append(Transition(before, event, stands))
            entry, before = after, stands

    day = FIRST
    for penalty in heard:
        accepted = max(fact.accepted_at for fact in facts(penalty))
        while day < day_of(accepted):
            day += timedelta(1)
            for step in fold.pass_days(entry, day, JUDGE) if entry else ():
                see(step, "day")
        see(fold.fold(entry, USCC, penalty, day, JUDGE), event_of(held, penalty))
        held = penalty
    for step in fold.pass_days(entry, LAST, JUDGE) if entry else ():
        see(step, "day")
    return steps


def facts(penalty: Penalty):  # type: ignore[no-untyped-def]
    if isinstance(penalty, DocumentMoved):
        return [penalty]
    values = (getattr(penalty, field) for field in FIELDS)
    return [value for value in values if value is not None]


FIELDS = [
    "decision", "revocation", "recognition_notice", "recognition_decided", "recognition_removed", "performance_payment",
    "performance_correction", "repair", "objection_raised", "objection_resolved",
]  # fmt: skip


def event_of(before: Penalty | None, after: Penalty) -> str:
    """The event's type: the facet that is new. `decision` also where the decision brings the document here."""
    if isinstance(after, DocumentMoved) or not isinstance(before, Document):
        return "decision"
    changed = [field for field in FIELDS if getattr(before, field) != getattr(after, field)]
    return "decision" if "decision" in changed else changed[0].split("_")[0]


@UNHURRIED
@given(lives())
def test_random_lives_take_no_step_that_the_table_does_not_have(drawn: Life):
    for heard in drawn.documents:
        for step in observed(heard):
            assert step in TABLE, step


def on(day: int) -> date:
    return FIRST + timedelta(day - 1)


def standings(*events) -> list[Standing]:  # type: ignore[no-untyped-def]
    return [step.after for step in observed(tuple(snapshots("d1", events)))]


SEIZED = {"kinds": ("fine", "confiscation")}


def test_the_lives_that_the_diagram_draws():
    decided = told("decision", on(1))
    seized = told("decision", on(1), **SEIZED)
    assert standings(decided) == ["active", "expired"]
    assert standings(seized) == ["active", "expired_unperformed"]
    paid, corrected = told("performance_payment", on(3)), told("performance_correction", on(4))
    assert standings(seized, paid, corrected) == ["active", "expired"]
    late = told("performance_correction", on(40))
    assert standings(seized, paid, late) == ["active", "expired_unperformed", "expired"]
    assert standings(decided, told("repair", on(3))) == ["active", "repaired"]
    assert standings(decided, told("repair", on(2))) == ["active", "expired"]  # too early: it does not count
    assert standings(decided, told("repair", on(3)), told("revocation", on(5))) == ["active", "repaired", "revoked"]
    assert standings(decided, told("away", on(2)), told("decision", on(3), decision_day=on(1))) == [
        "active", "moved", "active", "expired",
    ]  # fmt: skip
    warned = told("decision", on(1), kinds=("warning",))
    assert standings(warned, told("decision", on(2), decision_day=on(1))) == ["unpublished", "active", "expired"]


def test_every_standing_can_be_reached_and_has_a_name():
    assert {step.after for step in TABLE} == {state.name for state in life.STATES}
    assert all(state.chinese for state in life.STATES)
