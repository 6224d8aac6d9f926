"""Why an entry changed. A cause names a rule of the standard (of severity, of an act) or one of the rules below."""

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

# If two were accepted at the same instant, the later one in this list wins: it comes later in a document's life.
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


class _Event(Protocol):
    """An accepted event, as a fact or as the notice that a document has moved."""

    @property
    def event_id(self) -> str: ...
    @property
    def submitted_at(self) -> datetime: ...
    @property
    def accepted_at(self) -> datetime: ...


class Occasion(NamedTuple):
    """The event that changed a document, and which facet of the document it changed."""

    facet: str
    event: _Event


def occasion(held: Document | None, penalty: Document | DocumentMoved) -> Occasion:
    """Returns the newest event in `penalty` that is not in `held`."""
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


def causes_by_event(case: Case, occasion: Occasion) -> tuple[Cause, ...]:
    """Returns the causes of a change that an event made: one per entry act that counts, for a decision."""
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


def causes_by_time(before: Case, after: Case) -> tuple[Cause, ...]:
    """Returns the cause of a change that no event of this document made: a day passed, or another version judged it."""
    if before.standing != after.standing:
        rule = _OF_STANDING[after.standing] if after.standing in _ENDED_BY_TIME else REJUDGED
    elif _same_but_version(before, after):
        return ()
    else:
        rule = REJUDGED
    return (Cause(document_id=after.document.id, rule=rule),)


def _same_but_version(before: Case, after: Case) -> bool:
    verdict = before.verdict
    if verdict is not after.verdict:
        verdict = msgspec.structs.replace(verdict, standard=after.verdict.standard)
    return (verdict, before.repair_lacks, before.objection) == (after.verdict, after.repair_lacks, after.objection)


def causes_by_repeats(before: Sequence[Repeat], after: Sequence[Repeat]) -> tuple[Cause, ...]:
    """Returns the causes of a change in the subject's repeated violations: those that are new, those that are gone."""
    changed = [repeat for repeat in after if repeat not in before] + [old for old in before if old not in after]
    causes = (Cause(document_id=id_, rule=repeat.rule) for repeat in changed for id_ in repeat.document_ids)
    return tuple(dict.fromkeys(causes))


def objection_kind(occasion: Occasion | None, level_changed: bool) -> ChangeKind | None:
    """Returns the kind of a change that only an objection made, or None for any other change."""
    if occasion is None or level_changed:
        return None
    return _OBJECTION_KINDS.get(occasion.facet)


_OBJECTION_KINDS: dict[str, ChangeKind] = {
    "objection_raised": "objection_marked",
    "objection_resolved": "objection_resolved",
}
