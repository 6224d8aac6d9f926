"""One document as its subject's entry holds it: without its long texts, judged, with its standing on a day."""

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

OtherDocuments = Callable[[str], Sequence[Document]]  # of the same subject, by one document's id; few rules need them


class Judge(Protocol):
    """Judges by one version of the standard. The same decision always gets the same verdict."""

    @property
    def version(self) -> str: ...
    @property
    def by_rule(self) -> bool:
        """Whether an entry act lists a subject without a recognition, as under the memorandum of 2018."""

    @property
    def repeats(self) -> Sequence[RepeatRule]:
        """The rules on the same violation again, across documents."""

    def __call__(self, decision: DecisionFact, /) -> Verdict: ...
    def repair_lacks(self, document: Document, verdict: Verdict, others: Sequence[Document] = (), /) -> tuple[str, ...]:
        """Returns the rules that the document's repair does not meet; if there are none, the repair counts.

        `others` are the subject's other documents.
        """

    def objection_due(self, province: str, raised_day: date, /) -> Due | None:
        """Returns the day by which the province must decide an objection; None if no term is in the standard."""


def decision_of(document: Document) -> DecisionFact:
    """Returns the decision, which every document on the list has. Raises UndigestibleError if there is none."""
    if document.decision is None:
        raise UndigestibleError(
            f"penalty {document.id}: decision: found none; a document without one is never passed on"
        )
    return document.decision


def trimmed(held: Case | None, document: Document, uscc: str) -> Document:
    """Returns the document without its long texts. They stay on `penalties`, and no verdict depends on them.

    Raises:
        UndigestibleError: the document has no decision, or its decision is about another subject than `uscc`.
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


class Context(NamedTuple):
    """What the cases of a subject are judged by."""

    day: date
    judge: Judge
    others: OtherDocuments


def judged(held: Case | None, document: Document, moved: bool, context: Context) -> Case:
    """Returns the case of a document on the context's day: `held` itself if nothing in it has changed."""
    judge = context.judge
    verdict = _verdict(held, decision_of(document), judge)
    lacks = judge.repair_lacks(document, verdict, context.others(document.id)) if document.repair else ()
    repaired = document.repair is not None and not lacks
    standing = life.standing(life.Situation(document, verdict, moved, repaired, context.day))
    same = held and held.document is document and held.verdict is verdict and held.standing == standing
    if held and same and held.repair_lacks == lacks:
        return held
    return Case(
        document=document,
        verdict=verdict,
        standing=standing,
        level=level_of(document, verdict, standing, judge.by_rule),
        repair_lacks=lacks,
        objection=_objection(document, judge),
    )


def _objection(document: Document, judge: Judge) -> Objection | None:
    raised = document.objection_raised
    due = judge.objection_due(document.province, raised.day) if raised and objections.is_open(document) else None
    return objections.state_of(document, due)


def rejudged(case: Case, context: Context) -> Case:
    """Returns the case as the context's day and judge leave it: itself if nothing changes."""
    return judged(case, case.document, case.standing == "moved", context)


def others_of(held: Sequence[Case], newest: Document | None = None) -> OtherDocuments:
    """Returns the look-up of a subject's other documents: those of the cases it holds, and `newest`."""

    def others(document_id: str) -> Sequence[Document]:
        documents = [case.document for case in held if case.standing != "moved"]
        documents += [newest] if newest else []
        return [document for document in documents if document.id != document_id]

    return others


def _verdict(held: Case | None, decision: DecisionFact, judge: Judge) -> Verdict:
    """Keeps the verdict held unless the decision or the version of the standard has changed."""
    if held and held.document.decision is decision and held.verdict.standard == judge.version:
        return held.verdict
    return judge(decision)
