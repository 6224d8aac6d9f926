"""The section of an explanation about one document: the decision, and its consequences with their rules."""

from collections.abc import Iterator

from liancheng.explaining import life
from liancheng.explaining.explanation import Line, Phrases, Section
from liancheng.explaining.phrases import yuan
from liancheng.records.entries import ActFinding, Case
from liancheng.records.facts import DecisionFact, Document
from liancheng.standard import articles, judge
from liancheng.standard.articles import Row
from liancheng.standard.model import Period, Standard
from liancheng.text.kinds import chinese


def section(number: int, case: Case, phrases: Phrases) -> Section:
    title = f"{phrases('section.document', number=number)}  {case.document.document_no}"
    return Section(title=title, lines=tuple(_lines(case, phrases)))


def _lines(case: Case, phrases: Phrases) -> Iterator[Line]:
    if case.document.decision:
        yield phrases.line("decided", _decided(case.document, case.document.decision, phrases))
    yield phrases.line("standing", phrases(f"standing.{case.standing}"))
    yield from _severity(case, phrases)
    yield from _publication(case, phrases)
    yield from _acts(case, phrases)
    for note in case.verdict.notes:
        yield phrases.line("note", note)
    if case.verdict.classes:
        yield phrases.line("intent", phrases("intent", classes=phrases("comma").join(case.verdict.classes)))
    yield from life.lines(case, phrases)


def _decided(document: Document, decision: DecisionFact, phrases: Phrases) -> str:
    kinds = (chinese(kind) if phrases.language == "zh" else kind.replace("_", " ") for kind in decision.kinds)
    text = phrases(
        "decided", authority=document.authority, day=decision.decision_day, kinds=phrases("comma").join(kinds)
    )
    for key, fen in (("fine", decision.fine_fen), ("confiscated", decision.confiscated_fen)):
        text += phrases(key, amount=yuan(fen)) if fen is not None else ""
    return text


def _severity(case: Case, phrases: Phrases) -> Iterator[Line]:
    verdict = case.verdict
    if verdict.severity:
        yield phrases.line("severity", phrases(f"severity.{verdict.severity}"))
    rule = verdict.severity_rule
    yield phrases.line("rule", _quoted(rule, case, phrases) if rule else phrases("rule.none"))


def _publication(case: Case, phrases: Phrases) -> Iterator[Line]:
    last = case.verdict.last_published_day
    if last is None:
        yield phrases.line("published", phrases("published.not"))
    elif case.standing in ("revoked", "moved", "repaired"):
        yield phrases.line("published", phrases("published.ended"))
    else:
        yield phrases.line("published", phrases("published.to", day=last))
    regime_period = _period(case, phrases.standard_of(case.verdict.standard))
    regime, period = regime_period or ("", None)
    if period and period.published and case.document.decision:
        day = case.document.decision.decision_day
        yield phrases.line("counted", phrases("counted", day=day, months=period.max_months, regime=regime))
    if period:
        yield phrases.line("rule", _quoted(period.id, case, phrases))
    if last and case.standing == "active":
        yield phrases.line("repair", _repair(case, period, phrases))


def _repair(case: Case, period: Period | None, phrases: Phrases) -> str:
    day = case.verdict.earliest_repair_day
    if day is None:
        return phrases("repair.none")
    return (
        phrases("repair.from", day=day, months=period.min_months) if period else phrases("repair.from.plain", day=day)
    )


def _period(case: Case, standard: Standard | None) -> tuple[str, Period] | None:
    """The regime's name and the period by which a document is published; None if its version is not installed."""
    for regime in standard.regimes if standard else ():
        if regime.id == case.verdict.regime:
            for period in regime.severities:
                if period.severity == case.verdict.severity:
                    return regime.name, period
    return None


def _acts(case: Case, phrases: Phrases) -> Iterator[Line]:
    if not case.verdict.acts:
        yield phrases.line("acts", phrases("acts.none"))
    for finding in case.verdict.acts:
        yield phrases.line("act", phrases(f"by.{finding.by}"), act=finding.act)
        yield phrases.line("rule", _quoted(finding.rule, case, phrases, counts=finding.counts))
        if finding.citation:
            yield phrases.line("article" if finding.counts else "cited", finding.citation)
        for row in _rows(case, finding, phrases):
            yield phrases.line("row", f"{row.note or row.gloss_en} [{row.source}; {row.mark}]")
            phrases.note(row.mark, finding.citation, is_reason=_is_reason(case) and finding.counts)


def _rows(case: Case, finding: ActFinding, phrases: Phrases) -> list[Row]:
    """The row of the table of articles that makes an act count, if there is one."""
    standard, decision = phrases.standard_of(case.verdict.standard), case.document.decision
    if not (standard and decision and finding.counts):
        return []
    for cited in judge.reached(judge.legal(decision, standard)):
        if articles.printed(cited.citation) == finding.citation:
            rows = cited.reach.proving if finding.by == "exact" else cited.reach.carrying
            return [row for row in rows if finding.act in row.acts][:1]
    return []


def _quoted(rule: str, case: Case, phrases: Phrases, *, counts: bool = True) -> str:
    return phrases.rule(rule, case.verdict.standard, is_reason=counts and _is_reason(case))


def _is_reason(case: Case) -> bool:
    """Whether a level can depend on the document. An expired or revoked one is explained, but is no reason."""
    return case.standing == "active"
