"""The fold of one subject: a document's snapshot comes in, or a day passes; the subject's next entry goes out.

Level, cases and due day are computed anew from the newest snapshots, the day and the standard. So it does not matter
in which order the documents of several provinces arrive.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple

import msgspec

from liancheng.days import day_of
from liancheng.joint_list import cases, causes
from liancheng.joint_list.cases import Judge, Now
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


class _Step(NamedTuple):
    """All that makes the next entry. `occasion` None: a day passed."""

    cases: Cases
    causes: Causes
    day: date
    judge: Judge
    occasion: Occasion | None = None


def fold(entry: Entry | None, uscc: str, penalty: Document | DocumentMoved, day: date, judge: Judge) -> Entry | None:
    """Take a document's snapshot into its subject's entry.

    Args:
        entry: the subject's entry so far.
        uscc: the subject, as the record's key names it.
        penalty: what is now true of the document.
        day: the day that the list has reached. The entry's own day never goes back.
        judge: the standard in force.

    Returns:
        The next entry, or None where nothing changed: a snapshot no newer than the one held, or word of the leaving
        of a document that the subject never held.

    Raises:
        UndigestibleError: the snapshot has no decision, or that of another subject.
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
    now = Now(day, judge, cases.fellows_of(others, None if moved else document))
    case = cases.judged(held, document, moved, now)
    others, because = _on(others, now) if _may_change(entry, others, now) else (others, ())
    together = tuple(sorted((case, *others), key=attrgetter("id")))
    return _next(entry, uscc, _Step(together, causes.touched(case, occasion) + because, day, judge, occasion))


def pass_days(entry: Entry, day: date, judge: Judge) -> tuple[Entry, ...]:
    """Each step that time alone makes until `day`, due day by due day; none where nothing is due."""
    steps = []
    while entry.next_due_day and entry.next_due_day <= day:
        due = entry.next_due_day
        entry = _next(entry, entry.uscc, _Step(*_by_time(entry, due, judge), due, judge))
        steps.append(entry)
    return tuple(steps)


def rejudge(entry: Entry, day: date, judge: Judge) -> Entry | None:
    """The entry under another version of the standard, from a day on; None where that one judged it already.

    A change without a cause: nothing but the version is another.
    """
    if entry.standard == judge.version:
        return None
    day = max(day, entry.day)
    return _next(entry, entry.uscc, _Step(*_by_time(entry, day, judge), day, judge))


def advance(entry: Entry, reached: date, day: date, schedule: Schedule) -> tuple[Entry, ...]:
    """Each step that time makes of an entry until `day`: documents that are due, versions that come into force.

    Args:
        entry: the entry as it stands on `reached`.
        reached: the day that the list has reached.
        day: the day that it is to reach.
        schedule: the versions adopted so far.
    """
    steps: list[Entry] = []
    for period in schedule.periods(reached, day):
        steps += in_force(steps[-1] if steps else entry, *period)
    return tuple(steps)


def in_force(entry: Entry, first: date, last: date, judge: Judge) -> tuple[Entry, ...]:
    """Each step of an entry while one version is in force, from a day to a day. Doing it again makes none."""
    judged = rejudge(entry, first, judge)
    return (*((judged,) if judged else ()), *pass_days(judged or entry, last, judge))


def _held(entry: Entry | None, document_id: str) -> Case | None:
    if entry:
        for case in entry.cases:
            if case.id == document_id:
                return case
    return None


def _may_change(entry: Entry | None, others: Sequence[Case], now: Now) -> bool:
    """Whether the day, another standard or what another document says can touch a subject's other cases."""
    if entry is None or entry.standard != now.judge.version or (entry.next_due_day or date.max) <= now.day:
        return True
    return any(case.standing == "repaired" or case.repair_lacks for case in others)


def _by_time(entry: Entry, day: date, judge: Judge) -> tuple[Cases, Causes]:
    return _on(entry.cases, Now(day, judge, cases.fellows_of(entry.cases)))


def _on(before: Sequence[Case], now: Now) -> tuple[Cases, Causes]:
    """The cases as they stand now, and what changed in them by itself."""
    after = tuple(cases.on(case, now) for case in before)
    because = tuple(
        cause for old, new in zip(before, after, strict=True) if old is not new for cause in causes.passed(old, new)
    )
    return after, because


def _next(entry: Entry | None, uscc: str, step: _Step) -> Entry:
    found = repeats(step.cases, step.judge.repeats)
    total = _sum(step.cases)
    before, after = entry.level if entry else "clear", level_with(total.level, found)
    because = step.causes + causes.repeated(entry.repeats if entry else (), found)
    kind = causes.marked(step.occasion, before != after) or kind_of(before, after)
    sequence = entry.sequence + 1 if entry else 1
    history = entry.history if entry else ()
    if because and (kind != "amended" or after != "clear"):
        history += (PastChange(sequence=sequence, day=step.day, kind=kind, level=after),)
    event = step.occasion.event if step.occasion else None
    return Entry(
        next_due_day=total.next_due_day,
        uscc=uscc,
        name=total.name,
        level=after,
        sequence=sequence,
        day=step.day,
        level_since=entry.level_since if entry and before == after else step.day,
        standard=step.judge.version,
        cases=step.cases,
        change=Change(
            kind=kind,
            level_before=before,
            level_after=after,
            causes=because,
            submitted_at=event.submitted_at if event else None,
            accepted_at=event.accepted_at if event else None,
        ),
        repeats=found,
        former_names=total.former_names,
        history=history,
    )


class _Sum(NamedTuple):
    """What the cases come to. The name is as the newest decision spells it; `former_names` are the others."""

    level: Level
    next_due_day: date | None
    name: str
    former_names: tuple[str, ...]


def _sum(held: Cases) -> _Sum:
    """One look at each case, for this is done for every document. One that moved away may name another company."""
    level: Level = "clear"
    last: date | None = None
    newest, names = (False, date.min, "", ""), set()
    for case in held:
        if RANK[case.level] > RANK[level]:
            level = case.level
        here = case.standing != "moved"
        newest = max(newest, (here, case.decision_day, case.id, case.name))
        if here:
            names.add(case.name)
        day = case.last_published_day
        if day and case.standing == "active" and (last is None or day < last):
            last = day
    name = newest[3]
    former = tuple(sorted(names - {name})) if len(names) > 1 or name not in names else ()
    return _Sum(level, last + _DAY if last else None, name, former)
