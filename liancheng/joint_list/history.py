"""A subject's entry on a past day, or as known at a past instant: replays the log up to that moment."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from liancheng.days import day_of
from liancheng.errors import UndigestibleError
from liancheng.joint_list import fold
from liancheng.joint_list.schedule import Schedule
from liancheng.records.entries import Adoption, Entry
from liancheng.records.facts import Document, DocumentMoved, Fact, NewDay, Penalty, StandardAdopted


class Moment(NamedTuple):
    """The end of a day of Asia/Shanghai, with all that was accepted by then and, if set, by `known_at` (UTC)."""

    day: date
    known_at: datetime | None = None

    def knew(self, at: datetime) -> bool:
        return day_of(at) <= self.day and (self.known_at is None or at <= self.known_at)


class PastEntry(NamedTuple):
    """`entry` is None if the subject had none. `reached` is the newest day the list had been given by then."""

    entry: Entry | None
    reached: date


def replay(records: Iterable[tuple[Penalty, datetime]], uscc: str, moment: Moment, schedule: Schedule) -> PastEntry:
    """Returns the subject's entry at a moment.

    Days that the list had not been given yet pass all the same, so a future day shows what time alone will do.

    Args:
        records: of the subject's partition of `penalties`, in their order: its documents, the days and the adoptions,
            each with the instant (UTC) at which it was written.
        uscc: the subject.
        moment: up to when to replay.
        schedule: the versions in force before any adoption.
    """
    known = [
        (penalty, written_at)
        for penalty, written_at in records
        if moment.knew(_known_since(penalty, written_at))
        and not (isinstance(penalty, NewDay) and penalty.day > moment.day)
    ]
    reached = max((penalty.day for penalty, _ in known if isinstance(penalty, NewDay)), default=date.min)
    entry: Entry | None = None
    for following in entries(known, uscc, schedule):
        entry = following
    for penalty, _ in known:
        schedule = _adopting(schedule, penalty)
    steps = fold.advance(entry, reached, max(reached, moment.day), schedule) if entry else ()
    return PastEntry(steps[-1] if steps else entry, reached)


def entries(records: Iterable[tuple[Penalty, datetime]], uscc: str, schedule: Schedule) -> Iterator[Entry]:
    """Yields every entry that the list made of a subject, in order: sequence 1, 2, 3, …; arguments as in `replay`."""
    entry: Entry | None = None
    reached = date.min
    steps: tuple[Entry, ...]
    for penalty, _ in records:
        if isinstance(penalty, NewDay):
            goal = max(reached, penalty.day)
            steps = fold.advance(entry, reached, goal, schedule) if entry else ()
            reached = goal
        elif isinstance(penalty, StandardAdopted):
            schedule = _adopting(schedule, penalty)
            steps = fold.advance(entry, reached, reached, schedule) if entry else ()
        else:
            steps = _folded(entry, uscc, penalty, reached, schedule)
        for step in steps:
            yield step
            entry = step


def _folded(
    entry: Entry | None, uscc: str, penalty: Document | DocumentMoved, reached: date, schedule: Schedule
) -> tuple[Entry, ...]:
    """No entry if the list could not digest the record."""
    try:
        following = fold.fold(entry, uscc, penalty, reached, schedule.on(reached))
    except UndigestibleError:
        return ()
    return (following,) if following else ()


def _adopting(schedule: Schedule, penalty: Penalty) -> Schedule:
    if not isinstance(penalty, StandardAdopted):
        return schedule
    return schedule.adopt(Adoption(version=penalty.version, from_day=penalty.from_day))


def _known_since(penalty: Penalty, written_at: datetime) -> datetime:
    """When standardise accepted the newest event; for days and adoptions, when they were written."""
    if isinstance(penalty, DocumentMoved):
        return penalty.accepted_at
    if isinstance(penalty, Document):
        facts = (getattr(penalty, field) for field in penalty.__struct_fields__)
        return max(fact.accepted_at for fact in facts if isinstance(fact, Fact))
    return written_at
