"""The first standard: its rules, the publication days at every edge, and how entry acts are judged."""

import re
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng import standard as packaged
from liancheng.errors import WrongUseError
from liancheng.records.entries import LEVELS
from liancheng.records.facts import DecisionFact
from liancheng.standard.citations import parse
from liancheng.standard.judge import bank_measures, judge, measures
from liancheng.standard.model import KINDS
from liancheng.standard.periods import months_after
from liancheng.standard.questions import questions

STANDARD = packaged.current()
RAW = files("liancheng.standard").joinpath("v2026_1.toml").read_bytes().decode()
NOON = datetime(2026, 9, 1, 4, tzinfo=UTC)


def decided(day: str, *kinds: str, basis: str = "", violated: str = "", **more) -> DecisionFact:
    return DecisionFact(
        revision=1,
        event_id="1",
        digest="0",
        submitted_at=NOON,
        accepted_at=NOON,
        uscc="91310000000000000X",
        name="虚构示例化工有限公司",
        decision_day=date.fromisoformat(day),
        kinds=kinds or ("fine",),
        basis=parse(basis).citations if basis else (),
        violated=parse(violated).citations if violated else (),
        **more,
    )


def published(day: str, *kinds: str, **more) -> tuple[str | None, ...]:
    """(regime, severity, earliest repair day, last published day) as text."""
    verdict = judge(decided(day, *kinds, **more), STANDARD)
    days = (verdict.earliest_repair_day, verdict.last_published_day)
    return (verdict.regime, verdict.severity, *(day and day.isoformat() for day in days))


def found_acts(decision: DecisionFact) -> list[tuple[int, bool, str]]:
    return [(act.act, act.counts, act.by) for act in judge(decision, STANDARD).acts]


# ---- the rules


def test_every_rule_has_source_and_mark_and_none_is_unverified():
    rules = STANDARD.rules()
    assert len(rules) > 40
    for rule in rules:
        assert rule.source.strip() and rule.wording.strip(), rule.id
        assert rule.mark in ("V", "VL", "S", "own"), rule.id
        assert re.fullmatch(r"[a-z0-9_.-]+", rule.id)


def test_there_are_the_fourteen_acts_and_all_levels():
    assert [act.act for act in STANDARD.acts] == list(range(1, 15))
    assert {rule.name for rule in STANDARD.levels} == set(LEVELS)


def test_an_entry_rule_says_that_it_is_our_own_compilation():
    assert {act.level for act in STANDARD.acts} == {"own_compilation"}
    assert STANDARD.listing.mode == "by_decision"


def test_limits_in_yuan_are_unset():
    assert all(parameter.value is None for parameter in STANDARD.parameters.values())


def test_a_banks_measures_are_reference_only_and_a_penalty_alone_has_none():
    assert {m.measure_class for level in LEVELS for m in bank_measures(level, STANDARD)} == {"reference"}
    assert [len(bank_measures(level, STANDARD)) for level in LEVELS] == [0, 0, 1, 3]
    assert [len(measures(level, STANDARD)) for level in LEVELS] == [0, 2, 3, 6]
    assert all(m.source and m.mark for m in measures("listed", STANDARD))


def test_a_rule_is_found_by_the_id_that_a_verdict_names():
    verdict = judge(decided("2026-09-01", "licence_revoked"), STANDARD)
    assert STANDARD.rule(verdict.severity_rule).mark == "S"
    assert STANDARD.rule("no.such.rule") is None


# ---- loading


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "min_months = 3",
            'min_months = "three"',
            "ndrc-2019-527.period.general.min_months: found 'three', expected a whole number",
        ),
        ("min_months = 6", "min_months = 60", "ndrc-2019-527.period.serious: found min_months 60"),
        ('mark = "S"', 'mark = "U"', "found U (unverified)"),
        ('mark = "S"', 'mark = "X"', "mark: found 'X', expected one of S, U, V, VL, own"),
        ('source = "本标准"', 'source = ""', "source: found nothing, expected a text"),
        ("from = 2023-05-01", "from = 2023-04-30", "regimes.ndrc-58.from: found 2023-04-30"),
        ('fine_at_least = "huge_fine_yuan"', 'fine_at_least = "hugh"', "expected a parameter"),
        ('any_kind = ["fine", ', 'any_kind = ["fines", ', "any_kind: found ['fines'"),
        ("act = 14", "act = 13", "acts: found 13 2 times, expected once"),
        ('id = "act.2"', 'id = "act.1"', "id: found 'act.1' 2 times, expected once"),
        ('severity = "special_serious"\nany_kind', 'severity = "minor"\nany_kind', "severity: found minor"),
        ('title = "', 'titel = "', "titel"),
        ("version = ", "version ", "v.toml"),
    ],
)
def test_a_bad_file_is_refused_by_the_name_of_its_field(old, new, said):
    assert old in RAW
    with pytest.raises(WrongUseError) as refused:
        packaged.read(RAW.replace(old, new, 1).encode(), "v.toml")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_switched_off_rule_may_be_unverified_and_judges_nothing():
    raw = RAW.replace('severity = "single"\nid', 'severity = "single"\nenabled = false\nid')
    off = packaged.read(
        raw.replace(
            'mark = "V"\nvalid_from = 2013-12-18', 'mark = "U"\nenabled = false\nvalid_from = 2013-12-18'
        ).encode(),
        "v",
    )
    decision = decided("2024-01-01", basis="固废法112(1)(4)", stated_acts=(7,))
    assert judge(decision, off).acts == ()
    assert judge(decision, off).last_published_day is None


def test_loading_a_version():
    assert packaged.versions() == ("2026.1",)
    assert packaged.load("2026.1") is packaged.current()
    with pytest.raises(WrongUseError, match=r"no version '1999\.1' is packaged; expected one of 2026\.1"):
        packaged.load("1999.1")


# ---- counting months


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 36, "2027-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2024-11-30", 3, "2025-02-28"),
        ("2024-05-31", 1, "2024-06-30"),
        ("2024-12-31", 12, "2025-12-31"),
        ("2024-10-15", 3, "2025-01-15"),
    ],
)
def test_a_period_ends_on_the_corresponding_day_or_the_months_last(day, months, last):
    assert months_after(date.fromisoformat(day), months).isoformat() == last


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_months_after_is_in_the_right_month_and_monotone(day, months):
    last = months_after(day, months)
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    assert last.day == day.day or (last + timedelta(days=1)).day == 1
    assert months_after(day + timedelta(days=1), months) >= last


# ---- publication


@pytest.mark.parametrize(
    ("day", "kinds", "expected"),
    [
        ("2019-06-30", ["fine"], (None, None, None, None)),
        ("2019-07-01", ["fine"], ("ndrc-2019-527", "general", "2019-10-02", "2020-07-01")),
        ("2019-07-01", ["warning"], ("ndrc-2019-527", "general", "2019-10-02", "2020-07-01")),
        ("2023-04-30", ["fine"], ("ndrc-2019-527", "general", "2023-07-31", "2024-04-30")),
        ("2023-04-30", ["fine", "production_stopped"], ("ndrc-2019-527", "special_serious", None, "2026-04-30")),
        ("2020-02-29", ["licence_revoked"], ("ndrc-2019-527", "special_serious", None, "2023-02-28")),
        ("2023-04-30", ["closed"], ("ndrc-2019-527", "general", "2023-07-31", "2024-04-30")),
        ("2023-05-01", ["fine"], ("ndrc-58", "single", "2023-08-02", "2026-05-01")),
        ("2023-05-01", ["production_stopped"], ("ndrc-58", "single", "2023-08-02", "2026-05-01")),
        ("2024-02-29", ["fine"], ("ndrc-58", "single", "2024-05-30", "2027-02-28")),
        ("2026-03-31", ["warning"], ("ndrc-58", "single", "2026-07-01", "2029-03-31")),
        ("2026-04-01", ["warning"], ("ndrc-36", "minor", None, None)),
        ("2026-04-01", ["warning", "criticism"], ("ndrc-36", "minor", None, None)),
        ("2026-04-01", ["warning", "fine"], ("ndrc-36", "general", "2026-07-02", "2027-04-01")),
        ("2026-11-30", ["confiscation"], ("ndrc-36", "general", "2027-03-01", "2027-11-30")),
        ("2026-04-01", ["downgraded", "warning"], ("ndrc-36", "general", "2026-07-02", "2027-04-01")),
        ("2026-04-01", ["fine", "licence_suspended"], ("ndrc-36", "general", "2026-07-02", "2027-04-01")),
        ("2026-04-01", ["fine", "licence_revoked"], ("ndrc-36", "serious", "2027-04-02", "2029-04-01")),
        ("2028-02-29", ["production_stopped"], ("ndrc-36", "serious", "2029-03-01", "2031-02-28")),
        ("2026-04-01", ["closed", "warning"], ("ndrc-36", "serious", "2027-04-02", "2029-04-01")),
        ("2026-04-01", ["other"], ("ndrc-36", None, None, None)),
        ("2026-04-01", ["correction_ordered"], ("ndrc-36", None, None, None)),
        ("2026-04-01", ["correction_ordered", "warning"], ("ndrc-36", "minor", None, None)),
        ("2022-01-01", ["correction_ordered"], ("ndrc-2019-527", None, None, None)),
    ],
)
def test_regime_and_severity_by_the_day_and_the_heaviest_kind(day, kinds, expected):
    assert published(day, *kinds) == expected


@pytest.mark.parametrize(
    ("day", "kinds", "expected"),
    [
        ("2022-01-01", ["fine"], ("ndrc-2019-527", None, None, None)),
        ("2024-01-01", ["fine"], ("ndrc-58", "single", "2024-04-02", "2027-01-01")),
        ("2026-05-01", ["fine"], ("ndrc-36", "minor", None, None)),
        ("2026-05-01", ["fine", "closed"], ("ndrc-36", "serious", "2027-05-02", "2029-05-01")),
    ],
)
def test_the_simple_procedure(day, kinds, expected):
    assert published(day, *kinds, simple_procedure=True) == expected


@pytest.mark.parametrize(
    ("yuan", "severity"),
    [(None, "general"), (49_999, "minor"), (50_000, "general"), (999_999, "general"), (1_000_000, "serious")],
)
def test_limits_in_yuan_once_they_are_set(yuan, severity):
    limits = {"large_fine_yuan": 50_000, "huge_fine_yuan": 1_000_000}
    parameters = {n: msgspec.structs.replace(p, value=limits[n]) for n, p in STANDARD.parameters.items()}
    strict = msgspec.structs.replace(STANDARD, parameters=parameters)
    fine_fen = None if yuan is None else yuan * 100
    assert judge(decided("2026-05-01", fine_fen=fine_fen), strict).severity == severity
    assert judge(decided("2026-05-01", fine_fen=fine_fen), STANDARD).severity == "general"


@given(
    st.dates(date(2015, 1, 1), date(2030, 1, 1)),
    st.lists(st.sampled_from(KINDS), min_size=1, unique=True),
    st.booleans(),
)
def test_every_decision_has_a_verdict_that_explains_itself(day, kinds, simple):
    decision = decided(day.isoformat(), *kinds, simple_procedure=simple)
    verdict = judge(decision, STANDARD)
    assert verdict == judge(decided(day.isoformat(), *reversed(kinds), simple_procedure=simple), STANDARD)
    assert (verdict.regime is None) == (day < date(2019, 7, 1))
    if verdict.last_published_day is None:
        assert verdict.notes and verdict.earliest_repair_day is None
    else:
        assert STANDARD.rule(verdict.severity_rule).enabled
        repair = verdict.earliest_repair_day
        assert repair is None or day < repair <= verdict.last_published_day


# ---- entry acts


@pytest.mark.parametrize(
    ("basis", "violated", "stated", "expected"),
    [
        ("固废法112(1)(4)", "", (), [(7, True, "exact")]),
        ("固废法112(1)(4)", "", (7,), [(7, True, "exact")]),
        ("水污染防治法83(3)", "", (), []),
        ("水污染防治法83(3)", "", (6,), [(6, True, "stated")]),
        ("水污染防治法83", "", (6,), [(6, True, "stated")]),
        ("水污染防治法83(2)", "", (6,), [(6, False, "stated_unsupported")]),
        ("水污染防治法83(3)", "", (7, 6), [(6, True, "stated"), (7, False, "stated_unsupported")]),
        ("", "", (1,), [(1, False, "stated_unsupported")]),
        ("环境影响评价法31(1)", "", (), []),
        ("环境影响评价法31(1)", "环境影响评价法25", (), [(2, True, "exact")]),
        ("环境影响评价法31", "环境影响评价法25", (), [(2, True, "exact")]),
        ("环境影响评价法31(1)", "环境影响评价法24(1)", (), []),
        ("环境影响评价法31(1)", "环境影响评价法24(1)", (4,), [(4, True, "stated")]),
        ("环境影响评价法31(1)", "环境影响评价法25", (4,), [(2, True, "exact"), (4, False, "stated_unsupported")]),
        ("环境影响评价法31(1)", "建设项目环境保护管理条例25", (), []),
        ("环境影响评价法25;31(1)", "", (), [(2, True, "exact")]),
        ("建设项目环境保护管理条例23(1)", "建设项目环境保护管理条例19(1)", (), [(3, True, "exact")]),
        ("建设项目环境保护管理条例23(1)", "建设项目环境保护管理条例17(2)", (3,), [(3, False, "stated_unsupported")]),
        ("南京市环境噪声污染防治条例34(6)", "", (), []),
    ],
)
def test_exact_part_stated_and_unsupported(basis, violated, stated, expected):
    decision = decided("2024-01-01", basis=basis, violated=violated, stated_acts=stated)
    assert found_acts(decision) == expected


def test_the_day_of_the_act_picks_the_edition():
    assert found_acts(decided("2017-11-01", basis="建设项目环境保护管理条例28")) == []
    assert found_acts(decided("2017-11-01", basis="建设项目环境保护管理条例28", act_day=date(2017, 9, 30))) == [
        (3, True, "exact")
    ]


def test_a_repealed_law_still_judges_acts_of_its_time():
    assert found_acts(decided("2026-09-01", basis="固废法112(1)(4)")) == [(7, True, "exact")]
    assert found_acts(decided("2026-09-01", basis="固废法112(1)(4)", act_day=date(2026, 8, 14))) == [(7, True, "exact")]
    assert found_acts(decided("2026-09-01", basis="固废法112(1)(4)", act_day=date(2026, 8, 15))) == []


def test_a_finding_is_no_surer_than_the_weaker_of_act_and_article():
    (act,) = judge(decided("2024-01-01", basis="大气污染防治法121(2)"), STANDARD).acts
    assert (act.act, act.mark, act.rule) == (14, "S", "act.14")
    (act,) = judge(decided("2024-01-01", basis="固废法112(1)(4)"), STANDARD).acts
    assert (act.mark, act.citation) == ("VL", "《中华人民共和国固体废物污染环境防治法》112(1)(4)")


def test_amendments_that_were_not_read_are_noted():
    verdict = judge(decided("2026-09-01", basis="上海市环境保护条例67"), STANDARD)
    assert verdict.acts[0].counts
    assert any("上海市环境保护条例" in note for note in verdict.notes)


# ---- questions to the agency


def asked(decision: DecisionFact) -> list[str]:
    found = questions(decision, STANDARD)
    assert all(f.severity == "warning" and f.found and f.expected and f.remedy for f in found)
    return [f.code for f in found]


def test_a_part_article_asks_for_the_act_by_the_fact_that_decides():
    (question,) = questions(decided("2024-01-01", basis="水污染防治法83(3)"), STANDARD)
    assert (question.field, question.code) == ("stated_acts", "act_to_state")
    assert "hidden pipe" in question.expected and "83(3)" in question.found
    assert asked(decided("2024-01-01", basis="水污染防治法83(3)", stated_acts=(6,))) == []


@pytest.mark.parametrize(
    ("decision", "codes"),
    [
        (decided("2024-01-01", basis="固废法112(1)(4)"), []),
        (decided("2024-01-01", basis="固废法112(1)(4)", stated_acts=(1,)), ["act_unsupported"]),
        (decided("2024-01-01", basis="固废法112(1)"), ["act_to_state"]),
        (decided("2024-01-01", basis="固废法112(1)(1)", facts="私设暗管"), ["facts_speak_of_act"]),
        (decided("2024-01-01", basis="水污染防治法83(3)", facts="私设暗管", stated_acts=(6,)), []),
        (decided("2019-12-31", basis="水污染防治法83(1)"), ["edition_uncertain"]),
        (decided("2020-01-01", basis="水污染防治法83(1)"), []),
        (decided("2019-12-31", basis="水污染防治法83(1)", act_day=date(2019, 1, 1)), []),
        (decided("2026-09-01", basis="水污染防治法83(1)"), ["edition_uncertain"]),
        (decided("2021-01-01", basis="固废法(旧)68(1)(7)"), []),
        (decided("2024-01-01", basis="南京市环境噪声污染防治条例34(6)"), ["law_not_read"]),
        (decided("2026-09-01", "other"), ["kind_unclassed"]),
    ],
)
def test_questions(decision, codes):
    assert asked(decision) == codes


def test_no_question_changes_the_verdict():
    silent = decided("2024-01-01", basis="固废法112(1)(1)")
    spoken = decided("2024-01-01", basis="固废法112(1)(1)", facts="私设暗管、渗井、渗坑,以暴力阻挠检查")
    assert judge(silent, STANDARD) == judge(spoken, STANDARD)
