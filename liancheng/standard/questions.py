"""What a receipt asks the agency about a decision: warnings only, for nothing here judges."""

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

# Our own choice: by then nearly every act that is decided on has happened under the new text.
_YEARS_AFTER_A_CHANGE = 2


def questions(decision: DecisionFact, standard: Standard | None = None) -> tuple[Finding, ...]:
    """Warnings for the receipt of `decision`, by `standard` or the current version: what to state, cite or date."""
    standard = standard or current()
    asked = _asked(legal(decision, standard), standard)
    if not decision.facts or not _any_word(standard).search(decision.facts):
        return asked.findings
    return (*asked.findings, *_words(decision.facts, asked.acts, standard))


class _Asked(NamedTuple):
    """What does not depend on the facts' text, and the acts that need no question about it."""

    findings: tuple[Finding, ...]
    acts: frozenset[int]


@lru_cache(maxsize=65_536)
def _asked(decision: Legal, standard: Standard) -> _Asked:
    basis = reached(decision)
    verdict = judge_legal(decision, standard)
    settled = {finding.act for finding in verdict.acts}
    carried = {act for found in basis for row in found.reach.carrying for act in row.acts}
    findings = (
        *(_act_to_state(*act) for act in open_acts(basis, settled, standard)),
        *_unsupported(verdict),
        *_editions(decision, basis),
        *_kinds(decision, verdict),
    )
    return _Asked(findings, frozenset(settled | carried))


class OpenAct(NamedTuple):
    """An act that `citation` can carry by `row`, and that the agency neither stated nor proved."""

    citation: Citation
    row: Row
    rule: EntryAct


def open_acts(basis: list[Reached], settled: set[int], standard: Standard) -> Iterator[OpenAct]:
    """Each act once, by the first citation that can carry it."""
    asked = set(settled)
    for found in basis:
        for row in found.reach.carrying:
            for act in row.acts:
                rule = standard.act(act)
                if rule and act not in asked:
                    asked.add(act)
                    yield OpenAct(found.citation, row, rule)


@lru_cache(maxsize=4096)
def _act_to_state(citation: Citation, row: Row, rule: EntryAct) -> Finding:
    cited = articles.printed(citation)
    if row.certainty == "exact":
        expected = f"paragraph and item, for one of several rows in that article is act {rule.act} ({rule.wording})"
        remedy = f"cite paragraph and item, or put {rule.act} into stated_acts if the decision finds this act"
    else:
        expected = f"act {rule.act} ({rule.wording}) stated or left out; what decides: {deciding_fact(row)}"
        remedy = f"put {rule.act} into stated_acts if the decision finds this fact; do nothing if it does not"
    return _warning("stated_acts", "act_to_state", cited, expected, remedy)


def deciding_fact(row: Row) -> str:
    """What a `part` row leaves open, in the words of the table."""
    return row.note or row.gloss_en


def _unsupported(verdict: Verdict) -> Iterator[Finding]:
    for finding in verdict.acts:
        if not finding.counts:
            yield _warning(
                "stated_acts",
                "act_unsupported",
                str(finding.act),
                "an act that a cited article of the basis can carry; this one counts for nothing",
                "cite the article that the act was punished under, or take the act out",
            )


def _editions(decision: Legal, basis: list[Reached]) -> Iterator[Finding]:
    for law in dict.fromkeys(found.citation.law for found in basis if found.edition is None):
        yield _warning(
            "legal_basis",
            "law_not_read",
            f"《{law}》 on {decision.act_day or decision.decision_day}",
            "a law whose text of that day is in the standard's table; this citation judges nothing",
            "check law and edition; if they are right, nothing is to be mended",
        )
    if decision.act_day is not None:
        return
    for law in dict.fromkeys(found.citation.law for found in basis if not found.citation.edition):
        if change := articles.changed_before(law, decision.decision_day, years=_YEARS_AFTER_A_CHANGE):
            yield _warning(
                "act_date",
                "edition_uncertain",
                f"no act_date; decided {decision.decision_day}, 《{law}》 changed on {change}",
                "the day of the act, which picks the edition of the law",
                "send act_date; until then the decision's day is used",
            )


def _words(facts: str, acts: frozenset[int], standard: Standard) -> Iterator[Finding]:
    for rule in standard.acts:
        word = next((word for word in rule.words if word in facts), None)
        if word and rule.enabled and rule.act not in acts:
            yield _warning(
                "facts",
                "facts_speak_of_act",
                word,
                f"a cited article that can carry act {rule.act} ({rule.wording}), if the decision finds it",
                f"check the basis; with the right article cited, put {rule.act} into stated_acts",
            )


@lru_cache(maxsize=16)
def _any_word(standard: Standard) -> re.Pattern[str]:
    """One look at the facts, where thirty words one by one took a sixth of the time of a whole event."""
    words = sorted({word for rule in standard.acts if rule.enabled for word in rule.words})
    return re.compile("|".join(map(re.escape, words)) or r"(?!)")


def _kinds(decision: Legal, verdict: Verdict) -> Iterator[Finding]:
    if verdict.regime and verdict.severity_rule is None:
        yield _warning(
            "kinds",
            "kind_unclassed",
            "; ".join(decision.kinds),
            f"a kind of penalty that {verdict.regime} classes; the decision is kept, not published",
            "name the kind of penalty as the law does: 罚款, 没收, 吊销, …",
        )


def _warning(field: str, code: str, found: str, expected: str, remedy: str) -> Finding:
    return Finding(field=field, code=code, severity="warning", found=found, expected=expected, remedy=remedy)
