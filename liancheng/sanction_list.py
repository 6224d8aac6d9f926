"""The fold of one subject: its documents' snapshots and the passing days come in, its next entry goes out.

Level, standings and dates are a function of the newest snapshot of each document, the day and the standard, computed
from scratch each time: in whatever order documents arrive, the same ones on the same day give the same entry. Only
`sequence`, `change`, `history` and `level_since` tell the way that led there.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

import msgspec

from liancheng import levels
from liancheng.entries import RANK, Case, Cause, Change, ChangeKind, Entry, Level, PastChange, Standing, Verdict
from liancheng.facts import DecisionFact, Document, DocumentMoved, Fact

_SHANGHAI = timedelta(hours=8)  # no daylight saving since 1991
_NEVER_ISSUED = Verdict(standard="")


class Judge(Protocol):
    """A version of the standard, ready to judge."""

    @property
    def version(self) -> str: ...

    @property
    def by_rule(self) -> bool:
        """Whether an entry act alone lists (the 2018 memorandum's way), without a recognition."""

    def __call__(self, decision: DecisionFact) -> Verdict: ...


def fold(entry: Entry | None, uscc: str, penalty: Document | DocumentMoved, day: date, judge: Judge) -> Entry | None:
    """The subject's next entry, or None where nothing is new: a snapshot as old as the one held, or one never held."""
    held = _held(entry, penalty.id)
    if held is not None and penalty.version <= held.document.version:
        return None
    event = _event(penalty)
    if isinstance(penalty, DocumentMoved):
        if held is None:
            return None
        moved = msgspec.structs.replace(held.document, version=penalty.version)
        touched = Case(document=moved, verdict=held.verdict, standing="moved")
    else:
        touched = Case(document=_trimmed(penalty), verdict=_verdict(penalty, held, judge), standing="active")
    others = [case for case in entry.cases if case is not held] if entry else []
    cases = sorted((*others, touched), key=_document_id)
    return _next(entry, uscc, cases, _latest(entry, day, event.accepted_at), judge=judge, event=event)


def pass_days(entry: Entry, day: date, judge: Judge) -> tuple[Entry, ...]:
    """Each step that time alone makes until `day`, each dated with the day on which it was due."""
    steps = []
    while entry.next_due_day is not None and entry.next_due_day <= day:
        entry = _next(entry, entry.uscc, list(entry.cases), entry.next_due_day, judge=judge)
        steps.append(entry)
    return tuple(steps)


class _Event(NamedTuple):
    """The event that touched a document last."""

    document_id: str
    rule: str | None
    event_id: str
    submitted_at: datetime
    accepted_at: datetime


def _event(penalty: Document | DocumentMoved) -> _Event:
    if isinstance(penalty, DocumentMoved):
        return _Event(penalty.id, levels.MOVED, penalty.event_id, penalty.submitted_at, penalty.accepted_at)
    rule, fact = max(_facts(penalty), key=lambda pair: pair[1].accepted_at)
    return _Event(penalty.id, rule, fact.event_id, fact.submitted_at, fact.accepted_at)


def _facts(document: Document) -> Iterable[tuple[str | None, Fact]]:
    for rule, attribute in levels.FACETS:
        fact = getattr(document, attribute)
        if fact is not None:
            yield rule, fact


def _next(
    entry: Entry | None, uscc: str, cases: list[Case], day: date, *, judge: Judge, event: _Event | None = None
) -> Entry:
    before: Level = entry.level if entry else "clear"
    stood = {case.document.id: case.standing for case in entry.cases} if entry else {}
    cases = [_on(case, day, judge) for case in cases]
    level = levels.level(cases, judge.by_rule)
    change = Change(
        kind=_kind(before, level),
        level_before=before,
        level_after=level,
        causes=_causes(cases, stood, event),
        submitted_at=event.submitted_at if event else None,
        accepted_at=event.accepted_at if event else None,
    )
    sequence = entry.sequence + 1 if entry else 1
    past = entry.history if entry else ()
    if before != "clear" or level != "clear":
        past = (*past, PastChange(sequence=sequence, day=day, kind=change.kind, level=level))
    return Entry(
        next_due_day=_next_due(cases),
        uscc=uscc,
        name=_name(cases),
        level=level,
        sequence=sequence,
        day=day,
        level_since=entry.level_since if entry and before == level else day,
        standard=judge.version,
        cases=tuple(cases),
        change=change,
        history=past,
    )


def _on(case: Case, day: date, judge: Judge) -> Case:
    """The case as it stands on a day, judged by the version in force."""
    verdict = case.verdict
    if verdict.standard != judge.version and case.document.decision is not None:
        verdict = judge(case.document.decision)
    standing = levels.standing(case.document, verdict, day, moved=case.standing == "moved")
    if standing == case.standing and verdict is case.verdict:
        return case
    return Case(document=case.document, verdict=verdict, standing=standing)


def _kind(before: Level, after: Level) -> ChangeKind:
    if before == after:
        return "amended"
    if after == "clear":
        return "cleared"
    if RANK[after] < RANK[before]:
        return "eased"
    return after if before == "clear" or after == "listed" else "escalated"


def _causes(cases: list[Case], stood: Mapping[str, Standing], event: _Event | None) -> tuple[Cause, ...]:
    """The document that an event touched, and those whose time ran out."""
    causes = []
    for case in cases:
        document_id = case.document.id
        if event is not None and document_id == event.document_id:
            rule = event.rule or levels.verdict_rule(case.verdict)
            causes.append(Cause(document_id=document_id, rule=rule, event_id=event.event_id))
        elif case.standing == "expired" and stood.get(document_id) != "expired":
            causes.append(Cause(document_id=document_id, rule=levels.EXPIRED))
    return tuple(causes)


def _next_due(cases: list[Case]) -> date | None:
    """The day after the last published day that comes first; nothing else is moved by time alone."""
    last = [case.verdict.last_published_day for case in cases if case.standing == "active"]
    first = min((day for day in last if day is not None), default=None)
    return first + timedelta(days=1) if first else None


def _name(cases: list[Case]) -> str:
    """The name that the newest decision prints."""
    own = [case for case in cases if case.standing != "moved"] or cases
    newest = max(own, key=lambda case: (_decision(case).decision_day, case.document.id))
    return _decision(newest).name


def _decision(case: Case) -> DecisionFact:
    decision = case.document.decision
    assert decision is not None, "penalties holds a document only once its decision is known"
    return decision


def _held(entry: Entry | None, document_id: str) -> Case | None:
    if entry is not None:
        for case in entry.cases:
            if case.document.id == document_id:
                return case
    return None


def _document_id(case: Case) -> str:
    return case.document.id


def _latest(entry: Entry | None, day: date, accepted_at: datetime) -> date:
    """Days do not go back: a document accepted just before its partition's new day is judged on its own day."""
    latest = max(day, (accepted_at + _SHANGHAI).date())
    return max(latest, entry.day) if entry else latest


def _verdict(document: Document, held: Case | None, judge: Judge) -> Verdict:
    decision = document.decision
    if decision is None:
        return _NEVER_ISSUED
    if held is not None and held.verdict.standard == judge.version:
        known = held.document.decision
        if known is not None and known.digest == decision.digest and known.revision == decision.revision:
            return held.verdict
    return judge(decision)


def _trimmed(document: Document) -> Document:
    """Without the texts, which `penalties` keeps: an entry holds what judging it again needs."""
    decision = document.decision
    if decision is None or (decision.facts is decision.content is decision.legal_basis is decision.violated_text):
        return document
    short = msgspec.structs.replace(decision, facts=None, content=None, legal_basis=None, violated_text=None)
    return msgspec.structs.replace(document, decision=short)
