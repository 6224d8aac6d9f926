"""Why a company stands where it stands, in both languages: golden texts, and nothing that is not known crashes it."""

import re
from datetime import date
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given

from cli.list.explanation import as_text
from liancheng.explaining import phrases
from liancheng.explaining.company import at_hand, explain
from liancheng.joint_list import causes, life
from liancheng.joint_list.cases import Case
from liancheng.joint_list.standard_judge import current_judge
from liancheng.records.alerts import MeasureClass
from liancheng.records.entries import ActFinding, ChangeKind, Entry, Level, PublicationSeverity, Standing
from liancheng.records.facts import Document, ObjectionOutcome, RevocationFact
from liancheng.standard import CURRENT
from liancheng.standard.citations import parse
from liancheng.standard.model import LegalLevel, Mark
from tests.unit.lives import (
    DAYS_SEEN,
    FIRST,
    UNHURRIED,
    arrivals,
    entries_of,
    lives,
    noon,
    snapshots,
    stamp,
    told,
)

DATA = Path(__file__).parents[1] / "data"
LANGUAGES = get_args(phrases.Language)


def cited(basis: str, *acts: int, **more):
    return {"basis": parse(basis).citations, "stated_acts": acts} | more


def story() -> Entry:
    """Recognised for a hidden pipe; repaired; revoked; a warning; no regime read; repeated and objected to; expired."""
    pipe = cited("水污染防治法83(3);固废法112(1)(1)", 6, 13, act_day=date(2026, 7, 1), intentional=True)
    documents = (
        [
            told("decision", FIRST, **pipe),
            told("recognition_notice", FIRST, day=date(2026, 9, 1)),
            told("recognition_decided", date(2026, 9, 20), day=date(2026, 9, 19), reason="私设暗管排放水污染物"),
            told("repair", date(2026, 9, 25), day=date(2026, 9, 24)),
        ],
        [
            told(
                "decision", FIRST, decision_day=date(2025, 3, 5), kinds=("fine", "confiscation"), confiscated_fen=5_000
            ),
            told("repair", date(2026, 9, 10), performed=True, reason="义务已履行"),
        ],
        [told("decision", FIRST), told("revocation", date(2026, 9, 4), reason="复议撤销")],
        [told("decision", FIRST, kinds=("warning",))],
        [told("decision", FIRST, decision_day=date(2018, 5, 1), name="虚构示例化工厂")],
        [
            told("decision", FIRST, **cited("水污染防治法83(3)", intentional=True)),
            told("performance_payment", date(2026, 9, 8)),
            told("objection_raised", date(2026, 9, 30), reason="不服"),
        ],
        [
            told("decision", FIRST, decision_day=date(2019, 8, 1)),
            told("objection_raised", FIRST),
            told("objection_resolved", date(2026, 9, 3)),
        ],
    )
    heard = [p for number, events in enumerate(documents, start=1) for p in snapshots(f"d{number}", events)]
    in_zhejiang = [msgspec.structs.replace(p, province="330000") for p in heard]
    return entries_of(in_zhejiang, date(2026, 10, 1), current_judge())[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_story_of_a_company(language: phrases.Language) -> None:
    golden = DATA / f"explained.{language}.txt"
    assert as_text(explain(story(), at_hand, language)) == golden.read_text("utf-8")


@UNHURRIED
@given(lives().flatmap(arrivals), DAYS_SEEN)
def test_every_life_is_explained_in_both_languages_alike(penalties, day) -> None:
    for entry in entries_of(penalties, day, current_judge())[-1:]:
        chinese, english = (explain(entry, at_hand, language) for language in LANGUAGES)
        shapes = [[len(section.lines) for section in found.sections] for found in (chinese, english)]
        assert shapes[0] == shapes[1]
        text = as_text(english)
        for case in entry.cases:
            assert case.document.document_no in text
            for rule in (case.verdict.severity_rule, *(act.rule for act in case.verdict.acts)):
                assert rule is None or f"[{rule}; " in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_of_a_version_that_is_not_at_hand_are_named(language: phrases.Language) -> None:
    text = as_text(explain(story(), lambda version: None, language))
    assert "act.6" in text and "ndrc-36.general.fine" in text and CURRENT in text
    assert "2027-09-01" in text, "the days are the entry's own"


def test_a_rule_that_the_version_does_not_have_is_named() -> None:
    entry = story()
    acts = (
        ActFinding(act=6, counts=True, by="stated", citation="《虚构法》1", rule="act.99", source="示例", mark="own"),
    )
    verdict = msgspec.structs.replace(entry.cases[0].verdict, acts=acts, severity_rule="no.such", regime="no.such")
    case = msgspec.structs.replace(entry.cases[0], verdict=verdict)
    text = as_text(explain(msgspec.structs.replace(entry, cases=(case,)), at_hand, "en"))
    assert "rule act.99 of standard 2026.1, which is not installed" in text
    assert "rule no.such of standard 2026.1" in text


def test_the_weakest_mark_is_that_of_the_reasons_only() -> None:
    """Old ones by reports only (S) do not weaken what stands: here a recognition and a fine under Order 58 (V)."""
    (penalty,) = snapshots("d1", [told("decision", FIRST, decision_day=date(2024, 3, 5))])
    (other,) = snapshots("d2", [told("decision", FIRST, decision_day=date(2019, 8, 1), kinds=("licence_revoked",))])
    entry = entries_of([penalty, other], FIRST, current_judge())[-1]
    lines = {line.label: line.text for line in explain(entry, at_hand, "en").sections[-1].lines}
    assert lines["weakest mark"] == "own, for level.penalised"
    entry = entries_of(snapshots("d1", [told("decision", FIRST)]), FIRST, current_judge())[-1]
    lines = {line.label: line.text for line in explain(entry, at_hand, "en").sections[-1].lines}
    assert lines["weakest mark"] == "S, for ndrc-36.general.fine"


class LaterDocument(Document, tag="document", frozen=True, kw_only=True):
    """A document as a later writer may know it, with a kind of fact that has no sentence yet."""

    inspection: RevocationFact | None = None


def test_a_fact_without_a_sentence_is_told_field_by_field() -> None:
    entry = story()
    fields = {name: getattr(entry.cases[0].document, name) for name in Document.__struct_fields__}
    fact = RevocationFact(**stamp("inspection", 1, noon(FIRST)), revoked_day=date(2026, 9, 9), reason="示例")
    document = LaterDocument(**fields, inspection=fact)
    case: Case = msgspec.structs.replace(entry.cases[0], document=document)
    text = as_text(explain(msgspec.structs.replace(entry, cases=(case,)), at_hand, "en"))
    assert "  inspection: revoked_day 2026-09-09, reason 示例" in text


# ---- phrases


def test_both_languages_have_the_same_values_in_each_phrase() -> None:
    for key, texts in phrases._PHRASES.items():
        chinese, english = (set(re.findall(r"\{(\w+)\}", text)) for text in texts)
        assert chinese == english, key
        assert all(texts), key


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        ("level", get_args(Level)),
        ("severity", get_args(PublicationSeverity)),
        ("standing", get_args(Standing)),
        ("change", get_args(ChangeKind)),
        ("mark", get_args(Mark)),
        ("legal", get_args(LegalLevel)),
        ("measure", get_args(MeasureClass)),
        ("outcome", get_args(ObjectionOutcome)),
    ],
)
def test_every_code_has_a_phrase(prefix: str, codes: tuple[str, ...]) -> None:
    assert set(codes) <= set(phrases.named(prefix, "zh"))


def test_standings_are_called_as_in_the_table_of_lives() -> None:
    assert phrases.named("standing", "zh") == {state.name: state.chinese for state in life.STATES}


def test_every_cause_that_is_no_rule_has_a_phrase() -> None:
    own = {value for name, value in vars(causes).items() if name.isupper() and isinstance(value, str)}
    assert own and own <= {key.removeprefix("cause.") for key in phrases._PHRASES}


def test_a_code_that_nobody_translated_is_said_as_it_is() -> None:
    assert phrases.phrase("zh", "standing.frozen") == "frozen"
