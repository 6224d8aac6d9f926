"""When a document stands, and which level a subject's documents give it. One table a question.

A document counts from its acceptance until its last published day, or until it is revoked or moves to another subject.
A recognition stands apart from that: only a removal, or the document's end, takes a subject off the list.
"""

from collections.abc import Iterable
from datetime import date

from liancheng.entries import RANK, Case, Level, Standing, Verdict
from liancheng.facts import Document, RecognitionFact

EXPIRED = "publication.expired"
MOVED = "document.moved"
NOT_PUBLISHED = "publication.none"

# The rule that a change names, by the facet whose event caused it. A decision's is what its verdict rests on.
FACETS: tuple[tuple[str | None, str], ...] = (
    (None, "decision"),
    ("document.revoked", "revocation"),
    ("recognition.notice", "recognition_notice"),
    ("recognition.decided", "recognition_decided"),
    ("recognition.removed", "recognition_removed"),
)


def standing(document: Document, verdict: Verdict, day: date, *, moved: bool) -> Standing:
    """How a document stands on a day; what ends it for good comes first."""
    if document.revocation is not None:
        return "revoked"
    if moved:
        return "moved"
    if verdict.last_published_day is None:
        return "unpublished"
    return "expired" if day > verdict.last_published_day else "active"


def level(cases: Iterable[Case], by_rule: bool) -> Level:
    """The worst level that any of a subject's documents gives it."""
    return max((_level_of(case, by_rule) for case in cases), key=RANK.__getitem__, default="clear")


def _level_of(case: Case, by_rule: bool) -> Level:
    if case.standing in ("revoked", "moved"):
        return "clear"
    active = case.standing == "active"
    acts = active and any(act.counts for act in case.verdict.acts)
    if recognised(case.document) or (acts and by_rule):
        return "listed"
    if acts or noticed(case.document):
        return "candidate"
    return "penalised" if active else "clear"


def recognised(document: Document) -> bool:
    """Decided, and not removed since. A decision later than the removal lists again."""
    decided, removed = document.recognition_decided, document.recognition_removed
    return decided is not None and (removed is None or _when(removed) < _when(decided))


def noticed(document: Document) -> bool:
    """Prior notice was given, and neither a decision nor a removal has followed it."""
    notice = document.recognition_notice
    if notice is None:
        return False
    followed = (document.recognition_decided, document.recognition_removed)
    return all(step is None or step.day < notice.day for step in followed)


def _when(step: RecognitionFact) -> tuple[date, int]:
    return step.day, step.revision


def verdict_rule(verdict: Verdict) -> str:
    """The rule that a decision's level rests on: its first entry act that counts, else its severity's."""
    acts = (act.rule for act in verdict.acts if act.counts)
    return next(acts, None) or verdict.severity_rule or NOT_PUBLISHED
