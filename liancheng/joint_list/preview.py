"""Whom another version of the standard would move: the same facts, judged by the version in force and by the other.

Only the newest snapshot of each document counts (with the word that it moved away, where that came later), for the
order of arrival changes no level. Facts are taken partition by partition, for a subject's facts lie on one.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from liancheng import codec
from liancheng.days import day_of
from liancheng.errors import UndigestibleError
from liancheng.joint_list import cases, causes, fold
from liancheng.joint_list.judging import StandardJudge, current_schedule, judge_of
from liancheng.joint_list.schedule import Schedule
from liancheng.joint_list.shift_reasons import Comparison
from liancheng.joint_list.shifts import Direction, Moved, Shift, Step, Summary
from liancheng.records.entries import LEVELS, Adoption, Entry, Level
from liancheng.records.facts import Document, DocumentMoved, Penalty, StandardAdopted
from liancheng.standard.model import Standard

_decode = codec.decoder(Penalty)


class Preview:
    """Takes the records of a partition, then judges what they say; and again with the next partition.

    The version in force on the day is the one that the partition's own adoptions put in force, as for joint_list.
    """

    def __init__(self, after: Standard, day: date) -> None:
        self.day = day
        self._after = StandardJudge(after)
        self._schedule = current_schedule()
        self._versions = self._compared(self._schedule)
        self._facts: dict[str, dict[str, tuple[Document | DocumentMoved, ...]]] = {}
        self._steps: Counter[tuple[Level, Level]] = Counter()
        self._provinces: Counter[tuple[str, Direction]] = Counter()
        self._rules: Counter[tuple[str, Direction]] = Counter()
        self._documents = self._unreadable = 0

    def take(self, key: bytes, value: bytes | None) -> None:
        """Take one record of `penalties`. What was accepted after the day is left out."""
        try:
            penalty = codec.read(_decode, value or b"", "penalties")
            if isinstance(penalty, Document):
                self._keep(key.decode(), cases.trimmed(None, penalty, key.decode()))
            elif isinstance(penalty, DocumentMoved):
                self._keep(key.decode(), penalty)
            elif isinstance(penalty, StandardAdopted):
                self._schedule = self._schedule.adopt(Adoption(version=penalty.version, from_day=penalty.from_day))
        except (UndigestibleError, UnicodeDecodeError):
            self._unreadable += 1

    def _keep(self, uscc: str, penalty: Document | DocumentMoved) -> None:
        if day_of(causes.occasion(None, penalty).event.accepted_at) > self.day:
            return
        documents = self._facts.setdefault(uscc, {})
        held = documents.get(penalty.id, ())
        if not held or penalty.version > held[-1].version:
            documents[penalty.id] = (*held[:1], penalty) if isinstance(penalty, DocumentMoved) else (penalty,)

    def judge(self) -> list[Shift]:
        """The subjects taken since the last call that would move, by USCC. Their facts are forgotten.

        Raises:
            UnavailableError: the version in force on the day is not packaged here.
        """
        self._versions = versions = self._compared(self._schedule)
        judges = (versions.before, versions.after)
        shifts = []
        for uscc, documents in sorted(self._facts.items()):
            known = [penalty for held in documents.values() for penalty in held]
            before, after = (entry_of(uscc, known, self.day, judge) for judge in judges)
            if before and after:
                self._documents += len(after.cases)
                self._steps[before.level, after.level] += 1
                if before.level != after.level:
                    shifts.append(versions.shift(before, after))
        self._count(shifts)
        self._facts.clear()
        self._schedule = current_schedule()
        return shifts

    def _compared(self, schedule: Schedule) -> Comparison:
        return Comparison(judge_of(schedule.on(self.day).version), self._after)

    def _count(self, shifts: Iterable[Shift]) -> None:
        for shift in shifts:
            self._provinces.update(
                (province, shift.direction) for province in {one.province for one in shift.documents}
            )
            self._rules.update((rule, shift.direction) for rule in shift.rules)

    def summary(self) -> Summary:
        """Of all that was judged so far."""
        steps = tuple(
            Step(before=before, after=after, subjects=self._steps[before, after])
            for before in LEVELS
            for after in LEVELS
            if self._steps[before, after]
        )
        return Summary(
            before=self._versions.before.version,
            after=self._after.version,
            day=self.day,
            subjects=self._steps.total(),
            documents=self._documents,
            unreadable=self._unreadable,
            moved=sum(step.subjects for step in steps if step.before != step.after),
            steps=steps,
            provinces=_moved(self._provinces),
            rules=_moved(self._rules),
        )


def entry_of(uscc: str, penalties: Iterable[Document | DocumentMoved], day: date, judge: fold.Judge) -> Entry | None:
    """The entry of a subject of whom this is known on a day; None where nothing was ever decided."""
    entry: Entry | None = None
    for penalty in penalties:
        entry = fold.fold(entry, uscc, penalty, day, judge) or entry
    return entry


def _moved(counted: Counter[tuple[str, Direction]]) -> tuple[Moved, ...]:
    """Most first."""
    found = [Moved(id=id_, up=counted[id_, "up"], down=counted[id_, "down"]) for id_ in {id_ for id_, _ in counted}]
    return tuple(sorted(found, key=lambda moved: (-moved.up - moved.down, moved.id)))
