"""Which subjects another version of the standard would move: judges the same facts by both versions.

Only the newest snapshot of each document counts (with the notice that it moved, if that came later), because the order
of arrival changes no level. Facts are taken partition by partition, because all facts of a subject are on one.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from liancheng import codec
from liancheng.days import day_of
from liancheng.errors import UndigestibleError
from liancheng.joint_list import cases, causes, fold
from liancheng.joint_list.schedule import Schedule
from liancheng.joint_list.shift_reasons import VersionComparison
from liancheng.joint_list.shifts import Direction, LevelCount, PreviewSummary, Shift, ShiftCount
from liancheng.joint_list.standard_judge import StandardJudge, current_schedule, judge_of
from liancheng.records.entries import LEVELS, Adoption, Entry, Level
from liancheng.records.facts import Document, DocumentMoved, Penalty, StandardAdopted
from liancheng.standard.model import Standard

_decode = codec.decoder(Penalty)


class Preview:
    """Collects the records of one partition, then judges them; then the next partition.

    The version in force on the day follows from the partition's own adoptions, as in joint_list.
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
        """Collects one record of `penalties`. Ignores what was accepted after the day."""
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
        """Returns the subjects collected since the last call that would move, by USCC, and discards their facts.

        Raises:
            UnavailableError: the version in force on the day is not installed.
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

    def _compared(self, schedule: Schedule) -> VersionComparison:
        return VersionComparison(judge_of(schedule.on(self.day).version), self._after)

    def _count(self, shifts: Iterable[Shift]) -> None:
        for shift in shifts:
            self._provinces.update(
                (province, shift.direction) for province in {document.province for document in shift.documents}
            )
            self._rules.update((rule, shift.direction) for rule in shift.rules)

    def summary(self) -> PreviewSummary:
        """Returns the totals of all that was judged so far."""
        steps = tuple(
            LevelCount(before=before, after=after, subjects=self._steps[before, after])
            for before in LEVELS
            for after in LEVELS
            if self._steps[before, after]
        )
        return PreviewSummary(
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
    """Returns a subject's entry from its facts on a day; None if nothing was ever decided."""
    entry: Entry | None = None
    for penalty in penalties:
        entry = fold.fold(entry, uscc, penalty, day, judge) or entry
    return entry


def _moved(counted: Counter[tuple[str, Direction]]) -> tuple[ShiftCount, ...]:
    """The largest first."""
    ids = {id_ for id_, _ in counted}
    counts = [ShiftCount(id=id_, up=counted[id_, "up"], down=counted[id_, "down"]) for id_ in ids]
    return tuple(sorted(counts, key=lambda count: (-count.up - count.down, count.id)))
