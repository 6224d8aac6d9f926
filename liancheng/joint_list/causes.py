"""Why an entry changed: the rules that a cause names, beside the standard's own (of severity, of acts)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from liancheng.records.entries import Case, Cause, ChangeKind, Repeat
from liancheng.records.facts import Document, DocumentMoved, Fact

EXPIRED = "publication.expired"
UNPERFORMED = "publication.expired_unperformed"
UNPUBLISHED = "publication.none"
REVOKED = "document.revoked"
MOVED = "document.moved"
NOTICE = "recognition.notice"
DECIDED = "recognition.decided"
REMOVED = "recognition.removed"
PERFORMED = "performance.reported"
REPAIRED = "repair.granted"
OBJECTED = "objection.raised"
ANSWERED = "objection.resolved"
REJUDGED = "standard.changed"

# Later ones win where two came in the same instant: they come later in a document's life.
_FACETS = (
    "decision",
    "performance_payment",
    "performance_correction",
    "objection_raised",
    "objection_resolved",
    "repair",
    "recognition_notice",
    "recognition_decided",
    "recognition_removed",
    "revocation",
)
_RULES = {
    "performance_payment": PERFORMED,
    "performance_correction": PERFORMED,
    "objection_raised": OBJECTED,
    "objection_resolved": ANSWERED,
    "recognition_notice": NOTICE,
    "recognition_decided": DECIDED,
    "recognition_removed": REMOVED,
    "revocation": REVOKED,
    "moved": MOVED,
}
_OF_STANDING = {
    "revoked": REVOKED,
    "moved": MOVED,
    "unpublished": UNPUBLISHED,
    "repaired": REPAIRED,
    "expired": EXPIRED,
    "expired_unperformed": UNPERFORMED,
}
_ENDED_BY_TIME = ("expired", "expired_unperformed")


class _Happened(Protocol):
    """An event, as a fact or as the word that a document has moved."""

    @property
    def event_id(self) -> str: ...
    @property
    def submitted_at(self) -> datetime: ...
    @property
    def accepted_at(self) -> datetime: ...


class Occasion(NamedTuple):
    """The event that touched a document: of which facet, and when."""

    facet: str
    event: _Happened


def occasion(held: Document | None, penalty: Document | DocumentMoved) -> Occasion:
    """The newest event that `penalty` has and `held` has not."""
    if isinstance(penalty, DocumentMoved):
        return Occasion("moved", penalty)
    newest: tuple[str, Fact] | None = None
    for facet in _FACETS:
        fact: Fact | None = getattr(penalty, facet)
        if fact is None or (held is not None and _is_held(getattr(held, facet), fact)):
            continue
        if newest is None or fact.accepted_at >= newest[1].accepted_at:
            newest = (facet, fact)
    return Occasion(*newest) if newest else occasion(None, penalty)


def _is_held(held: Fact | None, fact: Fact) -> bool:
    return held is not None and held.digest == fact.digest


def touched(case: Case, occasion: Occasion) -> tuple[Cause, ...]:
    """Causes of a change by an event: each entry act that counts is one."""
    return tuple(
        Cause(document_id=case.document.id, rule=rule, event_id=occasion.event.event_id)
        for rule in _rules(case, occasion.facet)
    )


def _rules(case: Case, facet: str) -> Sequence[str]:
    if facet in _RULES:
        return (_RULES[facet],)
    if facet == "repair":
        return case.repair_lacks or (REPAIRED,)
    if case.standing in _OF_STANDING:
        return (_OF_STANDING[case.standing],)
    return [act.rule for act in case.verdict.acts if act.counts] or [case.verdict.severity_rule or UNPUBLISHED]


def passed(before: Case, after: Case) -> tuple[Cause, ...]:
    """The cause of a change that no event of this document made: a day has passed, or it was judged anew."""
    if before.standing != after.standing:
        rule = _OF_STANDING[after.standing] if after.standing in _ENDED_BY_TIME else REJUDGED
    elif _same_but_version(before, after):
        return ()
    else:
        rule = REJUDGED
    return (Cause(document_id=after.document.id, rule=rule),)


def _same_but_version(before: Case, after: Case) -> bool:
    then = before.verdict
    if then is not after.verdict:
        then = msgspec.structs.replace(then, standard=after.verdict.standard)
    return (then, before.repair_lacks, before.objection) == (after.verdict, after.repair_lacks, after.objection)


def repeated(before: Sequence[Repeat], after: Sequence[Repeat]) -> tuple[Cause, ...]:
    """Causes of a change in what rules across documents find: found now, or no longer."""
    changed = [one for one in after if one not in before] + [one for one in before if one not in after]
    return tuple(dict.fromkeys(Cause(document_id=id_, rule=one.rule) for one in changed for id_ in one.document_ids))


def marked(occasion: Occasion | None, level_changed: bool) -> ChangeKind | None:
    """The kind of a change that only an objection made."""
    if occasion is None or level_changed:
        return None
    return _OBJECTION_KINDS.get(occasion.facet)


_OBJECTION_KINDS: dict[str, ChangeKind] = {
    "objection_raised": "objection_marked",
    "objection_resolved": "objection_resolved",
}
