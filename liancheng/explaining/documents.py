"""The part of an explanation about one document: what was decided, and what follows from it by which rule."""

from collections.abc import Iterator

from liancheng.explaining import life
from liancheng.explaining.explanation import Line, Section, Teller
from liancheng.explaining.phrases import yuan
from liancheng.records.entries import ActFinding, Case
from liancheng.records.facts import DecisionFact, Document
from liancheng.standard import articles, judge
from liancheng.standard.articles import Row
from liancheng.standard.model import Period, Standard
from liancheng.text.kinds import chinese


def section(number: int, case: Case, tell: Teller) -> Section:
    title = f"{tell('section.document', number=number)}  {case.document.document_no}"
    return Section(title=title, lines=tuple(_lines(case, tell)))


def _lines(case: Case, tell: Teller) -> Iterator[Line]:
    if case.document.decision:
        yield tell.line("decided", _decided(case.document, case.document.decision, tell))
    yield tell.line("standing", tell(f"standing.{case.standing}"))
    yield from _severity(case, tell)
    yield from _publication(case, tell)
    yield from _acts(case, tell)
    for note in case.verdict.notes:
        yield tell.line("note", note)
    if case.verdict.classes:
        yield tell.line("intent", tell("intent", classes=tell("comma").join(case.verdict.classes)))
    yield from life.lines(case, tell)


def _decided(document: Document, decision: DecisionFact, tell: Teller) -> str:
    kinds = (chinese(kind) if tell.language == "zh" else kind.replace("_", " ") for kind in decision.kinds)
    text = tell("decided", authority=document.authority, day=decision.decision_day, kinds=tell("comma").join(kinds))
    for key, fen in (("fine", decision.fine_fen), ("confiscated", decision.confiscated_fen)):
        text += tell(key, amount=yuan(fen)) if fen is not None else ""
    return text


def _severity(case: Case, tell: Teller) -> Iterator[Line]:
    verdict = case.verdict
    if verdict.severity:
        yield tell.line("severity", tell(f"severity.{verdict.severity}"))
    rule = verdict.severity_rule
    yield tell.line("rule", _quoted(rule, case, tell) if rule else tell("rule.none"))


def _publication(case: Case, tell: Teller) -> Iterator[Line]:
    last = case.verdict.last_published_day
    if last is None:
        yield tell.line("published", tell("published.not"))
    elif case.standing in ("revoked", "moved", "repaired"):
        yield tell.line("published", tell("published.ended"))
    else:
        yield tell.line("published", tell("published.to", day=last))
    found = _period(case, tell.standard_of(case.verdict.standard))
    if found and found[1].published and case.document.decision:
        day = case.document.decision.decision_day
        yield tell.line("counted", tell("counted", day=day, months=found[1].max_months, regime=found[0]))
    if found:
        yield tell.line("rule", _quoted(found[1].id, case, tell))
    if last and case.standing == "active":
        yield tell.line("repair", _repair(case, found[1] if found else None, tell))


def _repair(case: Case, period: Period | None, tell: Teller) -> str:
    day = case.verdict.earliest_repair_day
    if day is None:
        return tell("repair.none")
    return tell("repair.from", day=day, months=period.min_months) if period else tell("repair.from.plain", day=day)


def _period(case: Case, standard: Standard | None) -> tuple[str, Period] | None:
    """The regime's name and the period by which a document is published, where its version is at hand."""
    for regime in standard.regimes if standard else ():
        if regime.id == case.verdict.regime:
            for period in regime.severities:
                if period.severity == case.verdict.severity:
                    return regime.name, period
    return None


def _acts(case: Case, tell: Teller) -> Iterator[Line]:
    if not case.verdict.acts:
        yield tell.line("acts", tell("acts.none"))
    for finding in case.verdict.acts:
        yield tell.line("act", tell(f"by.{finding.by}"), act=finding.act)
        yield tell.line("rule", _quoted(finding.rule, case, tell, counts=finding.counts))
        if finding.citation:
            yield tell.line("article" if finding.counts else "cited", finding.citation)
        for row in _rows(case, finding, tell):
            yield tell.line("row", f"{row.note or row.gloss_en} [{row.source}; {row.mark}]")
            tell.note(row.mark, finding.citation, is_reason=_is_reason(case) and finding.counts)


def _rows(case: Case, finding: ActFinding, tell: Teller) -> list[Row]:
    """The row of the table of articles by which an act counts."""
    standard, decision = tell.standard_of(case.verdict.standard), case.document.decision
    if not (standard and decision and finding.counts):
        return []
    for found in judge.reached(judge.legal(decision, standard)):
        if articles.printed(found.citation) == finding.citation:
            rows = found.reach.proving if finding.by == "exact" else found.reach.carrying
            return [row for row in rows if finding.act in row.acts][:1]
    return []


def _quoted(rule: str, case: Case, tell: Teller, *, counts: bool = True) -> str:
    return tell.rule(rule, case.verdict.standard, is_reason=counts and _is_reason(case))


def _is_reason(case: Case) -> bool:
    """Whether a level can rest on the document: what has expired or was revoked is told, and carries nothing."""
    return case.standing == "active"
