"""The fold of one subject: a document's snapshot comes in or a day passes, and the subject's next entry comes out.

Level, cases and due day always follow from the newest snapshots, the day and the standard, never from the entry before.
So the order in which the documents of several provinces arrive does not matter.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple

import msgspec

from liancheng.days import day_of
from liancheng.joint_list import cases, causes
from liancheng.joint_list.cases import Context, Judge
from liancheng.joint_list.causes import Occasion
from liancheng.joint_list.levels import kind_of, level_with
from liancheng.joint_list.repeats import repeats
from liancheng.joint_list.schedule import Schedule
from liancheng.records.entries import RANK, Case, Cause, Change, Entry, Level, PastChange
from liancheng.records.facts import Document, DocumentMoved

__all__ = ["Judge", "advance", "fold", "pass_days", "rejudge"]

_DAY = timedelta(days=1)

Cases = tuple[Case, ...]
Causes = tuple[Cause, ...]


class _EntryParts(NamedTuple):
    """What the next entry is made of. `occasion` is None if a day passed."""

    cases: Cases
    causes: Causes
    day: date
    judge: Judge
    occasion: Occasion | None = None


def fold(entry: Entry | None, uscc: str, penalty: Document | DocumentMoved, day: date, judge: Judge) -> Entry | None:
    """Applies a document's snapshot to its subject's entry.

    Args:
        entry: the subject's entry so far.
        uscc: the subject, taken from the record's key.
        penalty: the document's snapshot, or the notice that it has moved to another subject.
        day: the day that the list has reached. The entry's own day never goes back.
        judge: the version of the standard in force.

    Returns:
        The next entry, or None if nothing changes: the snapshot is no newer than the one held, or a document has
        moved that the subject never held.

    Raises:
        UndigestibleError: the snapshot has no decision, or its decision is about another subject.
    """
    held = _held(entry, penalty.id)
    if held and penalty.version <= held.version:
        return None
    if isinstance(penalty, Document):
        document, moved = cases.trimmed(held, penalty, uscc), False
    elif held:
        document, moved = msgspec.structs.replace(held.document, version=penalty.version), True
    else:
        return None
    occasion = causes.occasion(held.document if held else None, penalty)
    day = max(day, day_of(occasion.event.accepted_at), entry.day if entry else date.min)
    others = tuple(case for case in entry.cases if case is not held) if entry else ()
    context = Context(day, judge, cases.others_of(others, None if moved else document))
    case = cases.judged(held, document, moved, context)
    others, by_time = _rejudged(others, context) if _may_change(entry, others, context) else (others, ())
    every_case = tuple(sorted((case, *others), key=attrgetter("id")))
    by_event = causes.causes_by_event(case, occasion)
    return _next(entry, uscc, _EntryParts(every_case, by_event + by_time, day, judge, occasion))


def pass_days(entry: Entry, day: date, judge: Judge) -> tuple[Entry, ...]:
    """Returns each entry that time alone makes until `day`, due day by due day; none if nothing is due."""
    steps = []
    while entry.next_due_day and entry.next_due_day <= day:
        due = entry.next_due_day
        entry = _next(entry, entry.uscc, _EntryParts(*_by_time(entry, due, judge), due, judge))
        steps.append(entry)
    return tuple(steps)


def rejudge(entry: Entry, day: date, judge: Judge) -> Entry | None:
    """Returns the entry under another version of the standard from a day on; None if that version judged it already.

    If only the version differs, the entry's change has no cause.
    """
    if entry.standard == judge.version:
        return None
    day = max(day, entry.day)
    return _next(entry, entry.uscc, _EntryParts(*_by_time(entry, day, judge), day, judge))


def advance(entry: Entry, reached: date, day: date, schedule: Schedule) -> tuple[Entry, ...]:
    """Returns each entry that time makes until `day`: documents fall due, versions of the standard come into force.

    Args:
        entry: the entry as it stands on `reached`.
        reached: the day that the list has reached.
        day: the day up to which to advance.
        schedule: the versions adopted so far.
    """
    steps: list[Entry] = []
    for period in schedule.periods(reached, day):
        steps += in_force(steps[-1] if steps else entry, *period)
    return tuple(steps)


def in_force(entry: Entry, first: date, last: date, judge: Judge) -> tuple[Entry, ...]:
    """Returns each entry made while one version is in force, from `first` to `last`. A second call returns none."""
    judged = rejudge(entry, first, judge)
    return (*((judged,) if judged else ()), *pass_days(judged or entry, last, judge))


def _held(entry: Entry | None, document_id: str) -> Case | None:
    if entry:
        for case in entry.cases:
            if case.id == document_id:
                return case
    return None


def _may_change(entry: Entry | None, others: Sequence[Case], context: Context) -> bool:
    """Whether the day, another standard or another document can change a subject's other cases."""
    if entry is None or entry.standard != context.judge.version or (entry.next_due_day or date.max) <= context.day:
        return True
    return any(case.standing == "repaired" or case.repair_lacks for case in others)


def _by_time(entry: Entry, day: date, judge: Judge) -> tuple[Cases, Causes]:
    return _rejudged(entry.cases, Context(day, judge, cases.others_of(entry.cases)))


def _rejudged(before: Sequence[Case], context: Context) -> tuple[Cases, Causes]:
    """The cases in the context, and the causes of what changed in them without an event."""
    after = tuple(cases.rejudged(case, context) for case in before)
    changed = ((old, new) for old, new in zip(before, after, strict=True) if old is not new)
    return after, tuple(cause for old, new in changed for cause in causes.causes_by_time(old, new))


def _next(entry: Entry | None, uscc: str, parts: _EntryParts) -> Entry:
    repeated = repeats(parts.cases, parts.judge.repeats)
    total = _total(parts.cases)
    before, after = entry.level if entry else "clear", level_with(total.level, repeated)
    because = parts.causes + causes.causes_by_repeats(entry.repeats if entry else (), repeated)
    kind = causes.objection_kind(parts.occasion, before != after) or kind_of(before, after)
    sequence = entry.sequence + 1 if entry else 1
    history = entry.history if entry else ()
    if because and (kind != "amended" or after != "clear"):
        history += (PastChange(sequence=sequence, day=parts.day, kind=kind, level=after),)
    event = parts.occasion.event if parts.occasion else None
    return Entry(
        next_due_day=total.next_due_day,
        uscc=uscc,
        name=total.name,
        level=after,
        sequence=sequence,
        day=parts.day,
        level_since=entry.level_since if entry and before == after else parts.day,
        standard=parts.judge.version,
        cases=parts.cases,
        change=Change(
            kind=kind,
            level_before=before,
            level_after=after,
            causes=because,
            submitted_at=event.submitted_at if event else None,
            accepted_at=event.accepted_at if event else None,
        ),
        repeats=repeated,
        former_names=total.former_names,
        history=history,
    )


class _Total(NamedTuple):
    """What the cases add up to. The name is spelt as in the newest decision; `former_names` are the others."""

    level: Level
    next_due_day: date | None
    name: str
    former_names: tuple[str, ...]


def _total(held: Cases) -> _Total:
    """In one pass over the cases, as this runs for every document. A case that moved away may name another company."""
    level: Level = "clear"
    last: date | None = None
    newest, names = (False, date.min, "", ""), set()
    for case in held:
        if RANK[case.level] > RANK[level]:
            level = case.level
        stays = case.standing != "moved"
        newest = max(newest, (stays, case.decision_day, case.id, case.name))
        if stays:
            names.add(case.name)
        day = case.last_published_day
        if day and case.standing == "active" and (last is None or day < last):
            last = day
    name = newest[3]
    former = tuple(sorted(names - {name})) if len(names) > 1 or name not in names else ()
    return _Total(level, last + _DAY if last else None, name, former)
