"""The fold of one document: an event comes in; the document's next state, a receipt and penalties come out.

A document has facets: its decision, its revocation, the steps of a recognition and of an objection, its performance,
its repair. Each keeps its latest revision. Facets arrive in any order; only revisions count. A month's report is folded
in the same way and stays on its agency's topics.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec

from liancheng import codec
from liancheng.days import day_of
from liancheng.intake import unreadable
from liancheng.intake.document_ids import Identified, event_id, event_key, facet, identify, type_of
from liancheng.intake.event_readers import AnyFact, read
from liancheng.intake.fields import Stamp, is_refused
from liancheng.records.events import Event
from liancheng.records.facts import (
    DecisionFact,
    Document,
    DocumentMoved,
    Finding,
    MonthFact,
    MonthReport,
    Outcome,
    Receipt,
    RepairFact,
    Submission,
)
from liancheng.standard import repairs
from liancheng.standard.judge import judge
from liancheng.standard.loader import current
from liancheng.text.findings import error, warning

__all__ = ["EventPosition", "Folded", "event_id", "event_key", "fold"]

_MAX_REVISION = 1_000_000
_PERSON_CODES = frozenset(("subject.not_legal_person", "uscc.not_legal_person"))

State = Document | MonthReport
Penalties = tuple[tuple[str, Document | DocumentMoved], ...]


class EventPosition(NamedTuple):
    """The position of an event on `penalty-events.<province>`, and when its producer wrote it."""

    province: str
    key: str
    partition: int
    offset: int
    submitted_at: datetime


class Folded(NamedTuple):
    """The result of one event. `penalties` are pairs of a USCC and the record for that company."""

    receipt: Receipt
    penalties: Penalties


def fold(document: State | None, raw: bytes | None, place: EventPosition, accepted_at: datetime) -> Folded:
    """Applies one event, as its agency sent it, to its document. Raises nothing: a bad event is refused.

    Args:
        document: the state so far of the document (or the month's report) with the id `place.key`.
        raw: the record's value; None is a tombstone.
        place: the record's position.
        accepted_at: UTC, the one clock that counts.

    Returns:
        The receipt, with all findings and the next state (unchanged unless the outcome is `accepted`), and the
        penalties of an accepted event.
    """
    event = unreadable.decode(raw)
    if isinstance(event, Finding):
        return _unreadable(document, raw, event, place, accepted_at)
    findings: list[Finding] = []
    identified = identify(place.province, event, findings)
    _check(event, identified, place, findings)
    id_ = event_id(identified.id if identified else place.key, event)
    today = day_of(accepted_at)
    fact = read(event, Stamp(event.revision, id_, place.submitted_at, accepted_at, today), findings)
    outcome: Outcome = "refused"
    following, penalties = document, _NO_PENALTIES
    if identified and fact:
        attribute = _attribute(facet(event))
        outcome = _outcome(getattr(document, attribute) if document else None, fact, findings)
        if outcome == "accepted":
            following = _next(document or _new(identified, place.province, fact), attribute, fact)
            penalties = _penalties(document, following, fact, findings)
            if is_refused(findings):
                outcome, following, penalties = "refused", document, _NO_PENALTIES
    submission = Submission(
        event_id=id_,
        type=type_of(event),
        revision=event.revision,
        outcome=outcome,
        findings=_shown(findings),
        reference=event.reference,
        partition=place.partition,
        offset=place.offset,
        submitted_at=place.submitted_at,
        accepted_at=accepted_at,
    )
    return Folded(Receipt(key=place.key, submission=submission, document=following), penalties)


_NO_PENALTIES: Penalties = ()


def _attribute(facet: str) -> str:
    return "closed" if facet == "month_closed" else facet.replace(".", "_")


def _unreadable(
    document: State | None, raw: bytes | None, why: Finding, place: EventPosition, accepted_at: datetime
) -> Folded:
    trace = unreadable.trace(raw)
    submission = Submission(
        event_id=f"unreadable/{codec.digest(raw or b'')}",
        type=trace.type,
        revision=trace.revision,
        outcome="refused",
        findings=(why,),
        reference=trace.reference,
        partition=place.partition,
        offset=place.offset,
        submitted_at=place.submitted_at,
        accepted_at=accepted_at,
    )
    return Folded(Receipt(key=place.key, submission=submission, document=document), _NO_PENALTIES)


def _check(event: Event, identified: Identified | None, place: EventPosition, findings: list[Finding]) -> None:
    if identified and identified.id != place.key:
        remedy = "use the document's id as the key; event_key of the SDK returns it"
        findings.append(error("key", "key.mismatch", place.key, identified.id, remedy))
    if not 1 <= event.revision <= _MAX_REVISION:
        expected = f"a number from 1 to {_MAX_REVISION}"
        findings.append(error("revision", "revision.wrong", str(event.revision), expected, "count revisions from 1"))


def _outcome(known: AnyFact | None, fact: AnyFact, findings: list[Finding]) -> Outcome:
    if known is None or fact.revision > known.revision:
        return "accepted"
    if fact.revision < known.revision:
        expected, remedy = f"more than {known.revision}", "nothing, if it is an old copy; else raise the revision"
        findings.append(warning("revision", "revision.stale", str(fact.revision), expected, remedy))
        return "stale"
    if fact.digest == known.digest:
        return "duplicate"
    expected = "the same content as the event accepted earlier with this revision"
    remedy = f"raise the revision to {known.revision + 1} to replace it"
    findings.append(error("revision", "revision.conflict", str(fact.revision), expected, remedy))
    return "refused"


def _new(identified: Identified, province: str, fact: AnyFact) -> State:
    """The state before the first event."""
    id_, authority, number = identified
    if isinstance(fact, MonthFact):
        return MonthReport(id=id_, province=province, authority=authority, month=number, version=0)
    return Document(id=id_, province=province, authority=authority, document_no=number, version=0)


def _next(document: State, attribute: str, fact: AnyFact) -> State:
    return msgspec.structs.replace(document, version=document.version + 1, **{attribute: fact})


def _penalties(before: State | None, after: State, fact: AnyFact, findings: list[Finding]) -> Penalties:
    """The records for the companies. Appends findings about a repair that only the whole document shows."""
    if isinstance(after, MonthReport) or isinstance(before, MonthReport):
        return _NO_PENALTIES
    decision = after.decision
    if decision is None:
        findings.append(_DECISION_AWAITED)
        return _NO_PENALTIES
    _check_repair(after, decision, fact, findings)
    current = (decision.uscc, after)
    if before is None or before.decision is None or before.decision.uscc == decision.uscc:
        return (current,)
    moved = DocumentMoved(
        id=after.id,
        version=after.version,
        event_id=fact.event_id,
        submitted_at=fact.submitted_at,
        accepted_at=fact.accepted_at,
    )
    return ((before.decision.uscc, moved), current)


def _check_repair(document: Document, decision: DecisionFact, fact: AnyFact, findings: list[Finding]) -> None:
    """A repair that comes too early is refused.

    A repair that was kept until the decision arrived, or that no longer meets its conditions under a new decision,
    stays on record and does not count; the receipt of the decision warns about it.
    """
    if document.repair is None:
        return
    standard = current()
    lacking = repairs.findings(document, judge(decision, standard), standard)
    if isinstance(fact, RepairFact):
        findings.extend(lacking)
    elif isinstance(fact, DecisionFact):
        findings.extend(msgspec.structs.replace(lack, field="repair", severity="warning") for lack in lacking)


_DECISION_AWAITED = warning(
    "document_no",
    "decision.awaited",
    "",
    "the decision itself, which has not been accepted yet; this event is kept until then",
    "send the decision; if it was sent, check authority and number",
)


def _shown(findings: list[Finding]) -> tuple[Finding, ...]:
    """All findings; about a person only the errors, without what was found."""
    if not findings or _PERSON_CODES.isdisjoint([finding.code for finding in findings]):
        return tuple(findings)
    return tuple(msgspec.structs.replace(f, found="") for f in findings if f.severity == "error")
