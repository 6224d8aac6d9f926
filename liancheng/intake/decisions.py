"""Reads a decision as printed by an agency, and reports all findings at once."""

from datetime import date

from liancheng.intake.fields import (
    LONG_TEXT,
    SHORT_TEXT,
    Stamp,
    day_or_none,
    is_refused,
    keep,
    required_day,
    text_or_none,
)
from liancheng.intake.subjects import read_subject
from liancheng.records.events import Decision
from liancheng.records.facts import DecisionFact, Finding, Kind
from liancheng.standard.cited import Cited, by_role, read_cited
from liancheng.standard.questions import questions
from liancheng.text import spelling
from liancheng.text.findings import error, warning
from liancheng.text.normalise import normalise_amount, read_kinds

_CITING_TEXT = 5_000  # parsing citations takes time, and no decision prints more
_SIMPLE = {"": False, "普通程序": False, "一般程序": False, "普通": False, "听证程序": False}
_SIMPLE |= {"简易程序": True, "简易": True, "当场处罚": True}


def read_decision(event: Decision, stamp: Stamp, findings: list[Finding]) -> DecisionFact | None:
    """Returns the facts of a decision, or None if `findings` contains an error."""
    uscc, name = read_subject(event, findings)
    kinds = _kinds(event.kinds, findings)
    fine = _amount(event.fine_wan, "fine_wan", findings)
    confiscated = _amount(event.confiscated_wan, "confiscated_wan", findings)
    _compare_amounts(kinds, fine, confiscated, findings)
    fine, confiscated = fine or None, confiscated or None  # tables print 0 for none
    decision_day = required_day(event.decision_date, "decision_date", stamp, findings)
    act_day = day_or_none(event.act_date, "act_date", stamp, findings)
    if act_day and decision_day and act_day > decision_day:
        findings.append(_act_after_decision(act_day, decision_day))
    basis = _citations(event.legal_basis, "legal_basis", findings)
    violated = _citations(event.violated, "violated", findings)
    stated_acts = _stated_acts(event.stated_acts, findings)
    simple = _simple_procedure(event.procedure, findings)
    violation_type = text_or_none(event.violation_type, "violation_type", SHORT_TEXT, findings)
    facts = text_or_none(event.facts, "facts", LONG_TEXT, findings)
    content = text_or_none(event.content, "content", LONG_TEXT, findings)
    if uscc is None or name is None or decision_day is None or is_refused(findings):
        return None
    common = stamp.fact(
        *(uscc, name, decision_day, kinds, fine, confiscated, basis.compact, violated.compact),
        *(stated_acts, act_day, simple, event.intentional, violation_type, facts, content),
    )
    punished, offended = by_role(basis.parsed, violated.parsed)
    fact = DecisionFact(
        **common,
        uscc=uscc,
        name=name,
        decision_day=decision_day,
        kinds=kinds,
        fine_fen=fine,
        confiscated_fen=confiscated,
        basis=punished,
        violated=offended,
        stated_acts=stated_acts,
        act_day=act_day,
        simple_procedure=simple,
        intentional=event.intentional,
        violation_type=violation_type,
        facts=facts,
        content=content,
        legal_basis=basis.printed,
        violated_text=violated.printed,
    )
    findings.extend(questions(fact))
    return fact


def _kinds(printed: str | list[str] | None, findings: list[Finding]) -> tuple[Kind, ...]:
    text = printed if isinstance(printed, str) else ";".join(printed or ())
    read = read_kinds(text)
    findings.extend(read.findings)
    return read.kinds


def _amount(value: str | float | None, field: str, findings: list[Finding]) -> int | None:
    return None if value is None else keep(normalise_amount(value, field), findings)


def _compare_amounts(
    kinds: tuple[Kind, ...], fine: int | None, confiscated: int | None, findings: list[Finding]
) -> None:
    if "fine" in kinds:
        if not fine and not any(finding.field == "fine_wan" for finding in findings):
            findings.append(_FINE_MISSING)
    elif fine and kinds:
        findings.append(_FINE_WITHOUT_KIND)
    if confiscated and kinds and "confiscation" not in kinds:
        findings.append(_CONFISCATED_WITHOUT_KIND)


_FINE_MISSING = error(
    "fine_wan", "fine.missing", "", "the amount in 万元, because 罚款 is among the kinds", "add the amount of the fine"
)
_FINE_WITHOUT_KIND = warning(
    "kinds", "fine.without_kind", "", "罚款 among the kinds, because there is an amount", "add 罚款 to the kinds"
)
_CONFISCATED_WITHOUT_KIND = warning(
    "kinds", "confiscated.without_kind", "", "没收 among the kinds, because there is an amount", "add 没收 to the kinds"
)


def _act_after_decision(act_day: date, decision_day: date) -> Finding:
    expected = f"the day of the decision ({decision_day}) or earlier"
    return error("act_date", "act_date.after_decision", str(act_day), expected, "check both days")


def _citations(text: str | None, field: str, findings: list[Finding]) -> Cited:
    printed = text_or_none(text, field, _CITING_TEXT, findings)
    if printed is None:
        return _NOTHING_CITED
    cited = read_cited(printed, field)
    findings.extend(cited.findings)
    return cited


_NOTHING_CITED = Cited()


def _stated_acts(acts: list[int] | None, findings: list[Finding]) -> tuple[int, ...]:
    if not acts:
        return ()
    if wrong := [act for act in acts if not 1 <= act <= 14]:
        found = ", ".join(map(str, wrong[:14]))
        remedy = "send only the numbers of the acts that the decision finds"
        findings.append(error("stated_acts", "stated_acts.unknown", found, "numbers from 1 to 14", remedy))
    return tuple(sorted(set(acts)))


def _simple_procedure(printed: str | None, findings: list[Finding]) -> bool:
    if printed is None:
        return False
    simple = _SIMPLE.get(spelling.compact(printed[:SHORT_TEXT]))
    if simple is None:
        remedy = "write one of the two; without it, 普通程序 is assumed"
        findings.append(error("procedure", "procedure.unknown", printed, "简易程序 or 普通程序", remedy))
    return bool(simple)
