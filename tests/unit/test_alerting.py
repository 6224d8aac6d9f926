"""What a bank is told: the fold of one watch, and the bank's numbers."""

from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng import codec
from liancheng.answers import dispatch, watch_fold
from liancheng.answers.watch_fold import AlertTemplates
from liancheng.errors import UnavailableError
from liancheng.joint_list import causes, fold
from liancheng.records import topics
from liancheng.records.alerts import Alert, BankState, CustomerReference, Measure, Watch, WatchState
from liancheng.records.entries import Entry, Level
from stream_apps.alerting import Alerting
from stream_apps.stage import Record
from tests.unit.lives import (
    DAYS_SEEN,
    FIRST,
    JUDGE,
    LAST,
    UNHURRIED,
    USCC,
    Penalty,
    arrivals,
    entries_of,
    lives,
    noon,
    snapshots,
    told,
)

BORROWER = CustomerReference(customer_ref="K-17")
GUARANTOR = CustomerReference(customer_ref="K-18", role="guarantor")


def on(number: int) -> date:
    """That day of September 2026."""
    return date(2026, 9, number)


def watch(*references: CustomerReference, bank: str = "bank-a") -> Watch:
    return Watch(uscc=USCC, bank=bank, references=references)


def templates(entry: Entry) -> AlertTemplates:
    return AlertTemplates(entry, measures(entry.level))


def measures(level: Level) -> tuple[Measure, ...]:
    return (Measure(id=f"test.{level}", measure_class="reference", text="示例", source="示例", mark="own"),)


def alerts_of(entries: list[Entry], state: WatchState) -> list[Alert]:
    """What the bank is told as the company goes through these entries."""
    alerts = []
    for entry in entries:
        if step := watch_fold.on_entry(state, templates(entry)):
            state, alert = step
            alerts.append(alert)
    return alerts


# ---- to read


def test_a_bank_hears_of_a_life_step_by_step():
    events = [
        told("decision", on(1), stated_acts=(6,)),
        told("recognition_decided", on(5)),
        told("recognition_removed", on(8)),
    ]
    alerts = alerts_of(entries_of(snapshots("d1", events), on(30)), WatchState(watch=watch(BORROWER, GUARANTOR)))
    assert [(alert.kind, alert.level_before, alert.level_after) for alert in alerts] == [
        ("candidate", "clear", "candidate"),
        ("listed", "candidate", "listed"),
        ("eased", "listed", "penalised"),
        ("cleared", "penalised", "clear"),
    ]
    assert [alert.id for alert in alerts] == [f"{USCC}/{number}/bank-a" for number in (1, 2, 3, 4)]
    assert [alert.supersedes for alert in alerts] == [None, *(alert.id for alert in alerts[:-1])]
    assert {alert.references for alert in alerts} == {(BORROWER, GUARANTOR)}
    assert [alert.measures[0].id for alert in alerts] == [
        "test.candidate",
        "test.listed",
        "test.penalised",
        "test.clear",
    ]
    assert alerts[1].accepted_at == noon(on(5))
    assert alerts[1].submitted_at == noon(on(5)) - timedelta(seconds=1)


def test_a_reason_says_what_was_decided_and_what_follows():
    events = [
        told("decision", on(1), stated_acts=(6, 14), confiscated_fen=5),
        told("recognition_decided", on(5), recognition_no="虚认〔2026〕7号"),
    ]
    before, after = alerts_of(entries_of(snapshots("d1", events)), WatchState(watch=watch()))
    (reason,) = after.reasons
    assert (reason.document_id, reason.authority, reason.document_no) == (
        "d1",
        "虚构市生态环境局",
        "虚环罚〔2026〕d1号",
    )
    assert (reason.decision_day, reason.kinds, reason.standing) == (on(1), ("fine",), "active")
    assert (reason.fine_fen, reason.confiscated_fen, reason.severity) == (1_000_000, 5, "general")
    assert (reason.last_published_day, reason.recognition_no) == (on(11), "虚认〔2026〕7号")
    assert [(act.act, act.rule, act.mark) for act in reason.acts] == [(6, "act.6", "own")]
    assert before.reasons[0].recognition_no is None


def test_a_clearing_names_what_was_cleared():
    events = [told("decision", on(1)), told("recognition_decided", on(2)), told("revocation", on(3))]
    *_, cleared = alerts_of(entries_of(snapshots("d1", events)), WatchState(watch=watch()))
    assert [(reason.document_id, reason.standing) for reason in cleared.reasons] == [("d1", "revoked")]
    assert cleared.reasons[0].recognition_no is None, "it stands no more"
    assert [cause.rule for cause in cleared.causes] == [causes.REVOKED]


def test_reasons_leave_out_what_neither_counts_nor_caused_the_change():
    gone = snapshots("d1", [told("decision", on(1)), told("revocation", on(2))])
    noticed = snapshots("d2", [told("decision", on(3)), told("recognition_notice", on(4))])
    last = snapshots("d3", [told("decision", on(14))])
    *_, alert = alerts_of(entries_of([*gone, *noticed, *last]), WatchState(watch=watch()))
    assert [(reason.document_id, reason.standing) for reason in alert.reasons] == [("d2", "expired"), ("d3", "active")]


def test_a_company_that_stays_clear_is_no_news():
    (entry,) = entries_of(snapshots("d1", [told("decision", on(1), kinds=("warning",))]))
    assert not watch_fold.is_reportable(entry)
    assert watch_fold.on_entry(WatchState(watch=watch()), templates(entry)) is None


def test_a_watch_on_a_listed_company_is_answered_with_its_state():
    gone = snapshots("d1", [told("decision", on(1))])
    listed = snapshots("d2", [told("decision", on(3)), told("recognition_decided", on(4))])
    revoked = snapshots("d1", [told("decision", on(1)), told("revocation", on(5))])[1:]
    entry = entries_of([*gone, *listed, *revoked])[-1]
    step = watch_fold.on_watch(None, watch(BORROWER), templates(entry))
    assert step
    state, alert = step
    assert alert
    assert (alert.kind, alert.level_before, alert.level_after) == ("current", "listed", "listed")
    assert (alert.id, alert.supersedes) == (f"{USCC}/4/bank-a/current", None)
    assert [reason.document_id for reason in alert.reasons] == ["d2"], "d1 caused the last change, and counts no more"
    assert (alert.causes, alert.submitted_at, alert.accepted_at) == ((), None, None), "no event caused this alert"
    assert alert.measures == measures("listed")
    assert watch_fold.on_entry(state, templates(entry)) is None, "it was told of this entry"


@pytest.mark.parametrize("kinds", [None, ("warning",)])
def test_a_watch_on_a_company_that_is_unknown_or_clear_is_noted_without_an_alert(kinds: tuple[str, ...] | None):
    entries = entries_of(snapshots("d1", [told("decision", on(1), kinds=kinds)])) if kinds else []
    step = watch_fold.on_watch(None, watch(), templates(entries[-1]) if entries else None)
    assert step == (WatchState(watch=watch()), None)


def test_the_same_watch_again_is_no_change_and_other_references_are_one_without_an_alert():
    (entry,) = entries_of(snapshots("d1", [told("decision", on(1))]))
    step = watch_fold.on_watch(None, watch(BORROWER), templates(entry))
    assert step
    state, _ = step
    assert watch_fold.on_watch(state, watch(BORROWER), templates(entry)) is None
    changed = watch_fold.on_watch(state, watch(BORROWER, GUARANTOR), templates(entry))
    assert changed == (WatchState(watch=watch(BORROWER, GUARANTOR), told=state.told), None)
    assert watch_fold.on_watch(state, watch(GUARANTOR), None) == (
        WatchState(watch=watch(GUARANTOR), told=state.told),
        None,
    )


# ---- what holds for every life


@st.composite
def made_entries(draw: st.DrawFn) -> list[Entry]:
    life = draw(lives().filter(lambda life: life.length > 0))
    order: list[Penalty] = draw(arrivals(life))
    return entries_of(order, LAST)


@UNHURRIED
@given(made_entries())
def test_a_bank_that_hears_an_entry_again_is_not_told_again(entries: list[Entry]):
    once = alerts_of(entries, WatchState(watch=watch()))
    stuttering = [entry for number in range(len(entries)) for entry in entries[: number + 1]]
    assert alerts_of(stuttering, WatchState(watch=watch())) == once


@UNHURRIED
@given(made_entries(), st.data())
def test_alerts_of_a_bank_form_a_chain_from_wherever_its_watch_begins(entries: list[Entry], data: st.DataObject):
    """Each supersedes the one before; levels join; and the last one told is the level that the company has."""
    start = data.draw(st.integers(0, len(entries)))
    step = watch_fold.on_watch(None, watch(), templates(entries[start - 1]) if start else None)
    assert step
    state, first = step
    alerts = [*([first] if first else []), *alerts_of(entries[start:], state)]
    for before, after in pairwise(alerts):
        assert after.supersedes == before.id
        assert after.sequence > before.sequence
        assert after.level_before == before.level_after
    assert not alerts or alerts[0].supersedes is None
    assert (alerts[-1].level_after if alerts else "clear") == entries[-1].level
    assert len({alert.id for alert in alerts}) == len(alerts)


@UNHURRIED
@given(made_entries())
def test_every_level_told_has_a_reason_and_every_change_its_cause(entries: list[Entry]):
    for alert in alerts_of(entries, WatchState(watch=watch())):
        reasons = {reason.document_id for reason in alert.reasons}
        assert reasons and {cause.document_id for cause in alert.causes} <= reasons


@UNHURRIED
@given(made_entries())
def test_banks_differ_in_nothing_but_what_is_theirs(entries: list[Entry]):
    ours = alerts_of(entries, WatchState(watch=watch(BORROWER)))
    theirs = alerts_of(entries, WatchState(watch=watch(GUARANTOR, bank="bank-b")))
    raw = [codec.encode(alert).replace(b"bank-b", b"bank-a") for alert in theirs]
    assert raw == [codec.encode(alert).replace(b'"K-17"', b'"K-18","role":"guarantor"') for alert in ours]


@UNHURRIED
@given(made_entries(), DAYS_SEEN)
def test_an_alert_and_its_state_survive_their_bytes(entries: list[Entry], day: date):
    read_alert, read_state = codec.decoder(Alert), codec.decoder(WatchState)
    for entry in (*entries, *fold.pass_days(entries[0], day, JUDGE)):
        step = watch_fold.on_watch(None, watch(BORROWER), templates(entry))
        assert step
        state, alert = step
        assert read_state.decode(codec.encode(state)) == state
        assert alert is None or read_alert.decode(codec.encode(alert)) == alert


@UNHURRIED
@given(made_entries(), st.integers(0, 1_000))
def test_a_banks_numbers_go_on_from_its_last_one_without_gaps(entries: list[Entry], last: int):
    alerts = alerts_of(entries, WatchState(watch=watch()))
    state = BankState(bank="bank-a", last_number=last) if last else None
    numbers = []
    for alert in alerts:
        state, numbered = dispatch.number(state, alert)
        numbers.append(numbered.number)
        assert state == BankState(bank="bank-a", last_number=numbered.number)
        assert dispatch.number(None, alert)[1].number == 1
    assert numbers == list(range(last + 1, last + len(alerts) + 1))


def test_an_entry_judged_by_a_version_that_is_not_here_stops_the_stage_instead_of_being_passed_over():
    made = msgspec.structs.replace(entries_of(snapshots("d1", [told("decision", FIRST)]))[-1], standard="test.9")
    unit = Alerting().open([(topics.SANCTION_LIST.name, 0)])
    watch = Watch(uscc=USCC, bank="bank-a")
    key = f"{USCC}/bank-a".encode()
    unit.fold(Record(topics.WATCHLISTS.name, 0, 0, 0, key, codec.encode(watch)), noon(FIRST), [])
    with pytest.raises(UnavailableError, match=r"no version .test\.9. is packaged"):
        unit.fold(Record(topics.SANCTION_LIST.name, 0, 0, 0, USCC.encode(), codec.encode(made)), noon(FIRST), [])
