"""Why an entry changed: the rules that a cause names, beside the standard's own (of severity, of acts)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from liancheng.entries import Case, Cause
from liancheng.facts import Document, DocumentMoved, Fact

EXPIRED = "publication.expired"
UNPUBLISHED = "publication.none"
REVOKED = "document.revoked"
MOVED = "document.moved"
NOTICE = "recognition.notice"
DECIDED = "recognition.decided"
REMOVED = "recognition.removed"
REJUDGED = "standard.changed"

# Later ones win where two came in the same instant: they come later in a document's life.
_FACETS = ("decision", "recognition_notice", "recognition_decided", "recognition_removed", "revocation")
_RULES = {
    "recognition_notice": NOTICE,
    "recognition_decided": DECIDED,
    "recognition_removed": REMOVED,
    "revocation": REVOKED,
    "moved": MOVED,
}
_OF_STANDING = {"revoked": REVOKED, "moved": MOVED, "unpublished": UNPUBLISHED, "expired": EXPIRED}


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
    if case.standing in _OF_STANDING:
        return (_OF_STANDING[case.standing],)
    return [act.rule for act in case.verdict.acts if act.counts] or [case.verdict.severity_rule or UNPUBLISHED]


def passed(before: Case, after: Case) -> tuple[Cause, ...]:
    """The cause of a change that no event of this document made: a day has passed, or it was judged anew."""
    if before.standing != after.standing:
        rule = EXPIRED if after.standing == "expired" else REJUDGED
    elif before.verdict is after.verdict or _same_but_version(before, after):
        return ()
    else:
        rule = REJUDGED
    return (Cause(document_id=after.document.id, rule=rule),)


def _same_but_version(before: Case, after: Case) -> bool:
    return msgspec.structs.replace(before.verdict, standard=after.verdict.standard) == after.verdict
