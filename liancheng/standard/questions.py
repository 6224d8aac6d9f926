"""Questions to the agency about a decision, as warnings on its receipt. They judge nothing."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from liancheng.records.entries import Verdict
from liancheng.records.facts import Citation, DecisionFact, Finding
from liancheng.standard import articles
from liancheng.standard.articles import Row
from liancheng.standard.judge import Legal, Reached, judge_legal, legal, reached
from liancheng.standard.loader import current
from liancheng.standard.model import EntryAct, Standard
from liancheng.text.findings import warning

# Our own choice: after two years, nearly all decisions are about acts under the new text.
_YEARS_AFTER_A_CHANGE = 2


def questions(decision: DecisionFact, standard: Standard | None = None) -> tuple[Finding, ...]:
    """Returns warnings about `decision` by `standard` (default: the current version): what to state, cite or date."""
    standard = standard or current()
    by_citations = _by_citations(legal(decision, standard), standard)
    if not decision.facts or not _any_word(standard).search(decision.facts):
        return by_citations.findings
    return (*by_citations.findings, *_words(decision.facts, by_citations.acts, standard))


class _ByCitations(NamedTuple):
    """The questions that do not depend on the facts' text, and the acts for which that text is not searched."""

    findings: tuple[Finding, ...]
    acts: frozenset[int]


@lru_cache(maxsize=65_536)
def _by_citations(decision: Legal, standard: Standard) -> _ByCitations:
    basis = reached(decision)
    verdict = judge_legal(decision, standard)
    settled = {finding.act for finding in verdict.acts}
    carried = {act for cited in basis for row in cited.reach.carrying for act in row.acts}
    findings = (
        *(_act_to_state(*act) for act in open_acts(basis, settled, standard)),
        *_unsupported(verdict),
        *_editions(decision, basis),
        *_kinds(decision, verdict),
    )
    return _ByCitations(findings, frozenset(settled | carried))


class OpenAct(NamedTuple):
    """An act that `citation` can carry by `row` and that is neither stated nor proved."""

    citation: Citation
    row: Row
    rule: EntryAct


def open_acts(basis: list[Reached], settled: set[int], standard: Standard) -> Iterator[OpenAct]:
    """Yields each act once, with the first citation that can carry it."""
    seen = set(settled)
    for cited in basis:
        for row in cited.reach.carrying:
            for act in row.acts:
                rule = standard.act(act)
                if rule and act not in seen:
                    seen.add(act)
                    yield OpenAct(cited.citation, row, rule)


@lru_cache(maxsize=4096)
def _act_to_state(citation: Citation, row: Row, rule: EntryAct) -> Finding:
    cited = articles.printed(citation)
    if row.certainty == "exact":
        expected = f"paragraph and item: one of several provisions of that article is act {rule.act} ({rule.wording})"
        remedy = f"cite paragraph and item, or put {rule.act} into stated_acts if the decision finds this act"
    else:
        expected = f"act {rule.act} ({rule.wording}) stated or left out; what decides: {deciding_fact(row)}"
        remedy = f"put {rule.act} into stated_acts if the decision finds this fact; do nothing if it does not"
    return warning("stated_acts", "act_to_state", cited, expected, remedy)


def deciding_fact(row: Row) -> str:
    """Returns what a `part` row leaves open, in the words of the table."""
    return row.note or row.gloss_en


def _unsupported(verdict: Verdict) -> Iterator[Finding]:
    for finding in verdict.acts:
        if not finding.counts:
            yield warning(
                "stated_acts",
                "act_unsupported",
                str(finding.act),
                "an act that an article cited in the basis can carry; this act does not count",
                "cite the article under which the act was punished, or remove the act",
            )


def _editions(decision: Legal, basis: list[Reached]) -> Iterator[Finding]:
    for law in dict.fromkeys(cited.citation.law for cited in basis if cited.edition is None):
        yield warning(
            "legal_basis",
            "law_not_read",
            f"《{law}》 on {decision.act_day or decision.decision_day}",
            "a law whose text of that day is in the standard's table; this citation has no effect",
            "check law and edition; if they are right, nothing to do",
        )
    if decision.act_day is not None:
        return
    for law in dict.fromkeys(cited.citation.law for cited in basis if not cited.citation.edition):
        if change := articles.changed_before(law, decision.decision_day, years=_YEARS_AFTER_A_CHANGE):
            yield warning(
                "act_date",
                "edition_uncertain",
                f"no act_date; decided {decision.decision_day}, 《{law}》 changed on {change}",
                "the day of the act, which selects the edition of the law",
                "send act_date; without it, the day of the decision is used",
            )


def _words(facts: str, acts: frozenset[int], standard: Standard) -> Iterator[Finding]:
    for rule in standard.acts:
        word = next((word for word in rule.words if word in facts), None)
        if word and rule.enabled and rule.act not in acts:
            yield warning(
                "facts",
                "facts_speak_of_act",
                word,
                f"a cited article that can carry act {rule.act} ({rule.wording}), if the decision finds it",
                f"check the basis; cite the right article and put {rule.act} into stated_acts",
            )


@lru_cache(maxsize=16)
def _any_word(standard: Standard) -> re.Pattern[str]:
    """One search for all words: searching for thirty words one by one took a sixth of the time of a whole event."""
    words = sorted({word for rule in standard.acts if rule.enabled for word in rule.words})
    return re.compile("|".join(map(re.escape, words)) or r"(?!)")


def _kinds(decision: Legal, verdict: Verdict) -> Iterator[Finding]:
    if verdict.regime and verdict.severity_rule is None:
        yield warning(
            "kinds",
            "kind_unclassed",
            "; ".join(decision.kinds),
            f"a kind of penalty that {verdict.regime} classifies; the decision is kept but not published",
            "name the kind of penalty as in the law: 罚款, 没收, 吊销, …",
        )
