"""Conditions that a repair 信用修复 does not meet: those in force on its day, and its decision's shortest period."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from liancheng.records.entries import Verdict
from liancheng.records.facts import Document, Finding, RepairFact
from liancheng.standard import duties
from liancheng.standard.model import RepairRule, Standard
from liancheng.text.findings import error

_NO_RULE = "repair.min_period"  # for days on which no such rule was in force: the decision's own period still counts
_NOTHING_PUBLISHED = "repair.nothing_published"
_OVER = "repair.publication_over"


class Lack(NamedTuple):
    """A rule that a repair does not meet, in the words of a finding."""

    rule: str
    field: str
    found: str
    expected: str
    remedy: str


def lacks(
    document: Document, verdict: Verdict, standard: Standard, others: Sequence[Document] = ()
) -> tuple[Lack, ...]:
    """Returns all that the repair on record lacks. Empty if the repair counts, or if there is none.

    `others` are the subject's other documents, as far as they are known; `standardise` knows none of them.
    """
    repair = document.repair
    return tuple(_lacks(document, repair, verdict, standard, others)) if repair else ()


def findings(document: Document, verdict: Verdict, standard: Standard) -> list[Finding]:
    """Returns why the repair of `document` is refused: each names the rule, and the earliest day if it is too early."""
    return [
        error(lack.field, lack.rule, lack.found, lack.expected, lack.remedy)
        for lack in lacks(document, verdict, standard)
    ]


def _lacks(
    document: Document, repair: RepairFact, verdict: Verdict, standard: Standard, others: Sequence[Document]
) -> Iterator[Lack]:
    rules = [rule for rule in standard.repairs if rule.in_force(repair.day, document.province)]
    yield from _period(repair, verdict, next((rule.id for rule in rules if rule.condition == "min_period"), _NO_RULE))
    for rule in rules:
        if not _met(rule, document, repair, others):
            yield _LACK[rule.condition]._replace(rule=rule.id)


def _period(repair: RepairFact, verdict: Verdict, rule: str) -> Iterator[Lack]:
    day, last = str(repair.day), verdict.last_published_day
    if last is None:
        yield Lack(_NOTHING_PUBLISHED, "date", day, "a decision that is published; this one is not", "nothing to do")
    elif verdict.earliest_repair_day is None:
        expected = f"the last published day, {last}: this decision is published for its whole period"
        yield Lack(rule, "date", day, expected, f"nothing to do; publication ends by itself after {last}")
    elif repair.day < verdict.earliest_repair_day:
        earliest = verdict.earliest_repair_day
        yield Lack(rule, "date", day, f"{earliest} or later", f"send it again with a day from {earliest} on")
    elif repair.day > last:
        expected = f"{last} or earlier: publication has ended by itself"
        yield Lack(_OVER, "date", day, expected, "nothing to do; if the duty was performed, report the performance")


def _met(rule: RepairRule, document: Document, repair: RepairFact, others: Sequence[Document]) -> bool:
    if rule.condition == "performed":
        return repair.performed or duties.performed(document)
    if rule.condition == "commitment":
        return repair.commitment
    return rule.condition != "not_listed" or not any(_listed_on(listed, repair.day) for listed in (document, *others))


def _listed_on(document: Document, day: date) -> bool:
    """Whether the document's recognition stood on that day. One decided later does not undo a repair."""
    decided, removed = document.recognition_decided, document.recognition_removed
    if decided is None or decided.day > day or document.revocation is not None:
        return False
    return removed is None or not decided.day <= removed.day <= day


_LACK = {
    "performed": Lack(
        "",
        "performed",
        "false",
        "the violation corrected and the duties performed in full",
        "send the performance (payment, correction) first, or state performed where the body that granted it found it",
    ),
    "commitment": Lack(
        "", "commitment", "false", "a credit commitment made in public", "state commitment once it was made"
    ),
    "not_listed": Lack(
        "",
        "date",
        "a subject on the list",
        "a subject that is not on the list",
        "send the recognition's removal first",
    ),
}
