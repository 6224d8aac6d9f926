"""What a repair 信用修复 lacks: the conditions in force on its day, and the shortest period of its decision."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from liancheng.records.entries import Verdict
from liancheng.records.facts import Document, Finding, RepairFact
from liancheng.standard import duties
from liancheng.standard.model import RepairRule, Standard
from liancheng.text.findings import error

_NO_RULE = "repair.min_period"  # no rule read was in force on its day; the decision's own period counts all the same
_NOTHING_PUBLISHED = "repair.nothing_published"
_OVER = "repair.publication_over"


class Lack(NamedTuple):
    """A rule that a repair does not meet, and what it would have to be."""

    rule: str
    field: str
    found: str
    expected: str
    remedy: str


def lacks(
    document: Document, verdict: Verdict, standard: Standard, fellows: Sequence[Document] = ()
) -> tuple[Lack, ...]:
    """All that the repair on record lacks; empty: it counts, or there is none.

    `fellows`: the subject's other documents, as far as they are known. The door knows none of them.
    """
    repair = document.repair
    return tuple(_lacks(document, repair, verdict, standard, fellows)) if repair else ()


def findings(document: Document, verdict: Verdict, standard: Standard) -> list[Finding]:
    """What refuses the repair of `document`: each names the rule, and the earliest day where it came too early."""
    return [
        error(lack.field, lack.rule, lack.found, lack.expected, lack.remedy)
        for lack in lacks(document, verdict, standard)
    ]


def _lacks(
    document: Document, repair: RepairFact, verdict: Verdict, standard: Standard, fellows: Sequence[Document]
) -> Iterator[Lack]:
    rules = [rule for rule in standard.repairs if rule.in_force(repair.day, document.province)]
    yield from _period(repair, verdict, next((rule.id for rule in rules if rule.condition == "min_period"), _NO_RULE))
    for rule in rules:
        if not _met(rule, document, repair, fellows):
            yield _LACK[rule.condition]._replace(rule=rule.id)


def _period(repair: RepairFact, verdict: Verdict, rule: str) -> Iterator[Lack]:
    found, last = str(repair.day), verdict.last_published_day
    if last is None:
        yield Lack(_NOTHING_PUBLISHED, "date", found, "a decision that is published; this one is not", "nothing")
    elif verdict.earliest_repair_day is None:
        expected = f"the last published day, {last}: this decision is published for its whole period"
        yield Lack(rule, "date", found, expected, f"nothing; publication ends by itself after {last}")
    elif repair.day < verdict.earliest_repair_day:
        earliest = verdict.earliest_repair_day
        yield Lack(rule, "date", found, f"{earliest} or later", f"send it again with a day from {earliest} on")
    elif repair.day > last:
        expected = f"{last} or earlier: publication has ended by itself"
        yield Lack(_OVER, "date", found, expected, "nothing, or report the performance where the duty was performed")


def _met(rule: RepairRule, document: Document, repair: RepairFact, fellows: Sequence[Document]) -> bool:
    if rule.condition == "performed":
        return repair.performed or duties.performed(document)
    if rule.condition == "commitment":
        return repair.commitment
    return rule.condition != "not_listed" or not any(_listed_then(one, repair.day) for one in (document, *fellows))


def _listed_then(document: Document, day: date) -> bool:
    """Whether the document's recognition stood on that day: one decided later does not undo a repair."""
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
