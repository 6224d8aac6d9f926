"""One document as its subject's entry holds it: without its long texts, judged, and as it stands on a day."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple, Protocol

import msgspec

from liancheng.errors import UndigestibleError
from liancheng.joint_list import life
from liancheng.joint_list.levels import level_of
from liancheng.records.entries import Case, Objection, Verdict
from liancheng.records.facts import DecisionFact, Document
from liancheng.standard import objections
from liancheng.standard.model import RepeatRule
from liancheng.standard.objections import Due

_LONG_TEXTS = ("facts", "content", "legal_basis", "violated_text")


Fellows = Callable[[str], Sequence[Document]]  # by a document's id: the subject's others, which few rules ask for


class Judge(Protocol):
    """One version of the standard, ready to judge. The same decision always gets the same verdict."""

    @property
    def version(self) -> str: ...
    @property
    def by_rule(self) -> bool:
        """Whether an entry act alone lists (the way of the memorandum of 2018), without a recognition."""

    @property
    def repeats(self) -> Sequence[RepeatRule]:
        """The rules on the same violation again, across documents."""

    def __call__(self, decision: DecisionFact, /) -> Verdict: ...
    def repair_lacks(
        self, document: Document, verdict: Verdict, fellows: Sequence[Document] = (), /
    ) -> tuple[str, ...]:
        """The rules that the document's repair does not meet; empty: it counts. `fellows`: the subject's others."""

    def objection_due(self, province: str, raised_day: date, /) -> Due | None:
        """By when the province has to decide an objection; None: no term was read."""


def decision_of(document: Document) -> DecisionFact:
    """The decision, which every document on the list has.

    Raises:
        UndigestibleError: it has none.
    """
    if document.decision is None:
        raise UndigestibleError(f"penalty {document.id}: decision: found none; a document is sent on once it has one")
    return document.decision


def trimmed(held: Case | None, document: Document, uscc: str) -> Document:
    """The document without its long texts. They stay on `penalties`, and no judgement rests on them.

    Raises:
        UndigestibleError: it has no decision, or that of another subject than `uscc`.
    """
    decision = decision_of(document)
    if decision.uscc != uscc:
        raise UndigestibleError(f"penalty {document.id}: decision.uscc: found {decision.uscc}, expected its key {uscc}")
    known = decision_of(held.document) if held else None
    if known and known.digest == decision.digest:
        return msgspec.structs.replace(document, decision=known)
    if isinstance(decision, DecisionFact) and any(getattr(decision, text) for text in _LONG_TEXTS):
        short = msgspec.structs.replace(decision, **dict.fromkeys(_LONG_TEXTS))
        return msgspec.structs.replace(document, decision=short)
    return document


class Now(NamedTuple):
    """What the cases of a subject are judged by."""

    day: date
    judge: Judge
    fellows: Fellows


def judged(held: Case | None, document: Document, moved: bool, now: Now) -> Case:
    """The case of a document on a day; the held one itself where it is the same."""
    judge = now.judge
    verdict = _verdict(held, decision_of(document), judge)
    lacks = judge.repair_lacks(document, verdict, now.fellows(document.id)) if document.repair else ()
    repaired = document.repair is not None and not lacks
    stands = life.standing(life.Situation(document, verdict, moved, repaired, now.day))
    same = held and held.document is document and held.verdict is verdict and held.standing == stands
    if held and same and held.repair_lacks == lacks:
        return held
    return Case(
        document=document,
        verdict=verdict,
        standing=stands,
        level=level_of(document, verdict, stands, judge.by_rule),
        repair_lacks=lacks,
        objection=_objection(document, judge),
    )


def _objection(document: Document, judge: Judge) -> Objection | None:
    raised = document.objection_raised
    due = judge.objection_due(document.province, raised.day) if raised and objections.is_open(document) else None
    return objections.stand(document, due)


def on(case: Case, now: Now) -> Case:
    """The case as time leaves it on a day; itself where nothing changes."""
    return judged(case, case.document, case.standing == "moved", now)


def fellows_of(held: Sequence[Case], newest: Document | None = None) -> Fellows:
    """The documents beside one, of a subject that holds these cases and has just heard of `newest`."""

    def fellows(document_id: str) -> Sequence[Document]:
        stay = [case.document for case in held if case.standing != "moved"]
        return [one for one in (*stay, *((newest,) if newest else ())) if one.id != document_id]

    return fellows


def _verdict(held: Case | None, decision: DecisionFact, judge: Judge) -> Verdict:
    """The held one stays unless the decision or the standard is another one."""
    if held and held.document.decision is decision and held.verdict.standard == judge.version:
        return held.verdict
    return judge(decision)
