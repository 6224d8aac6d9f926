"""Judges one decision by one version of the standard: publication period and entry acts, the same for every province.

`docs/standard.md` explains the interpretation; questions to the agency about a decision are in `questions.py`.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from liancheng.records.alerts import Measure
from liancheng.records.entries import ActFinding, Level, PublicationSeverity, Verdict
from liancheng.records.facts import Citation, DecisionFact, Kind
from liancheng.standard import articles
from liancheng.standard.articles import NOTHING, Edition, Reach, Row
from liancheng.standard.model import EntryAct, Regime, RepeatRule, SeverityRule, Standard
from liancheng.standard.periods import months_after

# Weakest last: a finding has the weaker mark of the act's wording and the article's row.
MARKS = ("V", "VL", "own", "S")
_DAY = timedelta(days=1)


class Legal(NamedTuple):
    """The part of a decision that the standard judges; decisions with the same part have the same verdict.

    `fine_fen` is None if no rule of the version depends on amounts, so that more decisions share a verdict.
    """

    basis: tuple[Citation, ...]
    violated: tuple[Citation, ...]
    stated_acts: tuple[int, ...]
    kinds: tuple[Kind, ...]
    decision_day: date
    act_day: date | None
    simple_procedure: bool
    fine_fen: int | None
    intentional: bool


def legal(decision: DecisionFact, standard: Standard) -> Legal:
    """Returns the part of a decision that `standard` judges."""
    return Legal(
        decision.basis,
        decision.violated,
        decision.stated_acts,
        decision.kinds,
        decision.decision_day,
        decision.act_day,
        decision.simple_procedure,
        decision.fine_fen if _weighs_fines(standard) else None,
        decision.intentional,
    )


class Reached(NamedTuple):
    """A citation of the basis, the edition that judges it (None if it was not read), and the rows it reaches."""

    citation: Citation
    edition: Edition | None
    reach: Reach


def judge(decision: DecisionFact, standard: Standard) -> Verdict:
    """Returns the verdict of `standard` on `decision`. The same decision gets the same verdict in every province."""
    return judge_legal(legal(decision, standard), standard)


# Agencies cite the same few articles every day: most verdicts are already in the cache.
@lru_cache(maxsize=65_536)
def judge_legal(decision: Legal, standard: Standard) -> Verdict:
    """Returns the verdict, as `judge` does, from the part of the decision that counts."""
    publication = _publication(standard, decision)
    basis = reached(decision)
    acts, notes = _acts(decision, basis, standard)
    return Verdict(
        standard=standard.version,
        regime=publication.regime,
        severity=publication.severity,
        severity_rule=publication.rule,
        earliest_repair_day=publication.earliest_repair_day,
        last_published_day=publication.last_published_day,
        acts=acts,
        unperformed_rule=publication.unperformed_rule,
        classes=_classes(basis) if decision.intentional else (),
        notes=publication.notes + notes,
    )


@lru_cache(maxsize=16)
def bank_measures(level: Level, standard: Standard) -> tuple[Measure, ...]:
    """Returns those of `measures` that are for a bank."""
    return tuple(measure for measure in measures(level, standard) if measure.measure_class == "reference")


@lru_cache(maxsize=16)
def repeat_rules(standard: Standard) -> tuple[RepeatRule, ...]:
    return tuple(rule for rule in standard.repeats if rule.enabled)


@lru_cache(maxsize=16)
def measures(level: Level, standard: Standard) -> tuple[Measure, ...]:
    """Returns the measures of a level. For banks they are `reference`: something to consider, never an order."""
    return tuple(
        Measure(id=rule.id, measure_class=rule.measure_class, text=rule.wording, source=rule.source, mark=rule.mark)
        for rule in standard.measures
        if rule.enabled and level in rule.levels
    )


class Publication(NamedTuple):
    """Severity and days of a decision. If `last_published_day` is None, it is kept but not published."""

    regime: str | None = None
    severity: PublicationSeverity | None = None
    rule: str | None = None
    earliest_repair_day: date | None = None
    last_published_day: date | None = None
    unperformed_rule: str | None = None
    notes: tuple[str, ...] = ()


def _publication(standard: Standard, decision: Legal) -> Publication:
    day = decision.decision_day
    regime = standard.regime_on(day)
    if regime is None:
        return Publication(notes=(f"no publication rule was read for decisions of {day}: kept, not published",))
    penalties = frozenset(decision.kinds).difference(standard.no_penalty.kinds)
    if not penalties:
        return Publication(regime.id, rule=standard.no_penalty.id, notes=("no kind of penalty: kept, not published",))
    for rule in regime.rules:
        if rule.enabled and _fits(rule, standard, penalties, decision):
            return _published(regime, rule, day)
    unclassed = ", ".join(sorted(penalties))
    return Publication(regime.id, notes=(f"no rule of {regime.id} classes {unclassed}: kept, not published",))


@lru_cache(maxsize=16)
def _weighs_fines(standard: Standard) -> bool:
    return any(parameter.value is not None for parameter in standard.parameters.values())


def _fits(rule: SeverityRule, standard: Standard, kinds: frozenset[Kind], decision: Legal) -> bool:
    return (
        (not rule.any_kind or not kinds.isdisjoint(rule.any_kind))
        and kinds.issubset(rule.only_kinds)
        and rule.simple_procedure in (None, decision.simple_procedure)
        and _fine_fits(rule, standard, decision.fine_fen)
    )


def _fine_fits(rule: SeverityRule, standard: Standard, fine_fen: int | None) -> bool:
    """Never fits if the rule's limit is unset or the decision has no amount."""
    for parameter, reached in ((rule.fine_at_least, True), (rule.fine_below, False)):
        if parameter is None:
            continue
        limit_yuan = standard.parameters[parameter].value
        if limit_yuan is None or fine_fen is None or (fine_fen >= limit_yuan * 100) is not reached:
            return False
    return True


def _published(regime: Regime, rule: SeverityRule, day: date) -> Publication:
    period = next((period for period in regime.severities if period.severity == rule.severity), None)
    if period is None or not period.published:
        note = f"{rule.id}: kept, not published"
        return Publication(regime.id, rule.severity, rule.id, notes=(note,))
    repair = months_after(day, period.min_months) + _DAY if period.early_repair else None
    last = months_after(day, period.max_months)
    unperformed = regime.unperformed.id if regime.unperformed and regime.unperformed.enabled else None
    return Publication(regime.id, rule.severity, rule.id, repair, last, unperformed)


def reached(decision: Legal) -> list[Reached]:
    """Returns the basis with the edition of the day of the act, or of the decision if the day of the act is unknown."""
    day_of_act = decision.act_day is not None
    day = decision.act_day or decision.decision_day
    basis = []
    for citation in decision.basis:
        edition = articles.edition_on(citation.law, day, day_of_act, citation.edition)
        basis.append(Reached(citation, edition, _reach(citation, edition, decision) if edition else NOTHING))
    return basis


def _reach(citation: Citation, edition: Edition, decision: Legal) -> Reach:
    if not edition.is_conditional(citation.article):
        return articles.reach(citation, edition)
    # Agencies also print 违反…第二十五条 in the basis; no penalty article is itself such a provision.
    same_law = frozenset(c for c in (*decision.violated, *decision.basis) if c.law == citation.law)
    return articles.reach(citation, edition, same_law)


def _classes(basis: list[Reached]) -> tuple[str, ...]:
    """The classes of violation that the citations certainly mean."""
    classes = (articles.violation_class(cited.citation, cited.edition) for cited in basis if cited.edition)
    return tuple(sorted({name for name in classes if name}))


def _acts(decision: Legal, basis: list[Reached], standard: Standard) -> tuple[tuple[ActFinding, ...], tuple[str, ...]]:
    findings: dict[int, ActFinding] = {}
    notes: list[str] = []
    for act, by, cited, row in _counting(decision, basis):
        rule = standard.act(act)
        if rule and act not in findings:
            findings[act] = _finding(rule, by, cited.citation, row.mark)
            notes += _unread_amendments(cited)
    for act in decision.stated_acts:
        rule = standard.act(act)
        if rule is None:
            notes.append(f"act {act} is stated but is not an entry act of this version")
        elif act not in findings:
            findings[act] = _finding(rule, "stated_unsupported", basis[0].citation if basis else None, rule.mark)
    return tuple(findings[act] for act in sorted(findings)), tuple(dict.fromkeys(notes))


def _counting(decision: Legal, basis: list[Reached]) -> Iterator[tuple[int, Literal["exact", "stated"], Reached, Row]]:
    """The acts that count, most certain first: proved by a cited article, or stated and carried by one."""
    for cited in basis:
        for row in cited.reach.proving:
            for act in row.acts:
                yield act, "exact", cited, row
    for act in decision.stated_acts:
        for cited in basis:
            for row in cited.reach.carrying:
                if act in row.acts:
                    yield act, "stated", cited, row


def _unread_amendments(cited: Reached) -> list[str]:
    edition = cited.edition
    if edition is None or edition.end_read or edition.last:
        return []
    return [f"《{edition.law}》: amendments after the text in force from {edition.first} were not read"]


@lru_cache(maxsize=16_384)
def _finding(
    rule: EntryAct, by: Literal["exact", "stated", "stated_unsupported"], citation: Citation | None, mark: str
) -> ActFinding:
    return ActFinding(
        act=rule.act,
        counts=by != "stated_unsupported",
        by=by,
        citation=articles.printed(citation) if citation else "",
        rule=rule.id,
        source=rule.source,
        mark=max(rule.mark, mark, key=MARKS.index),
    )
