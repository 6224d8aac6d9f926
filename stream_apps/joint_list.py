"""joint_list: one state per subject. Judges by the standard in force; lists, eases, clears.

Reads `penalties`, writes `sanction-list` (its table): each entry, and the day up to which the partition is complete.
"""

from collections.abc import Hashable, Iterable
from datetime import date, datetime

from liancheng import codec
from liancheng.errors import UndigestibleError
from liancheng.joint_list import fold as sanction_list
from liancheng.joint_list.judging import current_schedule
from liancheng.joint_list.schedule import Schedule
from liancheng.records import topics
from liancheng.records.entries import Adoption, Entry, ListDay, ListRecord
from liancheng.records.facts import Document, DocumentMoved, Model, NewDay, Penalty, StandardAdopted
from liancheng.records.partial import EntryDecoder, ShortPenalty
from stream_apps.due_days import DueDays
from stream_apps.stage import Output, Place, Record, Store, Table

SOURCE = b"/joint_list"
STEP = 2000  # subjects that time touches in one transaction: a tenth of what its 10 s would allow
OF_TIME = frozenset((topics.NEW_DAY_KEY, topics.STANDARD_KEY))
_decode_penalty = codec.decoder(ShortPenalty)
_decode_list = codec.decoder(ListRecord)


class _Head(Model, frozen=True, kw_only=True):
    """The part of an entry that the index needs."""

    next_due_day: date | None = None
    standard: str = ""


_decode_head = codec.decoder(_Head)


class Subjects:
    """The entries of one partition, the day it has reached, the versions adopted, and whose day comes next."""

    def __init__(self, schedule: Schedule) -> None:
        self.store: Store[Entry] = Store(EntryDecoder)
        self.day = date.min
        self._initial = self.schedule = schedule
        self.judge = schedule.on(date.min)
        self.due = DueDays()
        self._reached: tuple[date, Schedule] | None = None  # by the batch, until it commits
        self._left: list[bytes] | None = None  # subjects that time has still to touch before the next record
        self._prepared = 0  # of them, in this batch
        self._unindexed = False

    def restore(self, topic: str, key: bytes, value: bytes | None) -> None:
        if key == topics.NEW_DAY_KEY and value is not None:
            reached: ListDay = _decode_list.decode(value)
            self._reach(reached.day, _with(self._initial, reached.adopted))  # the newest record has them all
        else:
            self.store.restore(key, value)
            self._unindexed = True

    def fold(self, record: Record, now: datetime, out: list[Output]) -> None:
        penalty = codec.read(_decode_penalty, record.value or b"", f"{record.topic}[{record.partition}]")
        if isinstance(penalty, Document | DocumentMoved):
            self._document(penalty, record, out)
            return
        for goal in self._goals(penalty):
            self._advance(self._touched(goal), goal, record.partition, out)
            self._arrive(goal, record.partition, out)

    def _document(self, penalty: Document | DocumentMoved, record: Record, out: list[Output]) -> None:
        key = record.key or b""
        day, _ = self._now()
        entry = sanction_list.fold(self.store.get(key), key.decode(), penalty, day, self.judge)
        if entry is not None:
            self._write(key, entry, record.partition, out)

    # -- time ------------------------------------------------------------------------------------------------------

    def stands_alone(self, record: Record) -> bool:
        return record.key in OF_TIME

    def pending(self, record: Record) -> bool:
        goals = self._goals_of(record)
        if goals and self._left is None:
            self._left = self._touched(goals[0])
        if self._left is not None and (len(self._left) > STEP or len(goals) > 1):
            return True
        self._left = None
        return False

    def prepare(self, record: Record, out: list[Output]) -> None:
        goal, left = self._goals_of(record)[0], self._left or []
        self._prepared = len(left[:STEP])
        self._advance(left[:STEP], goal, record.partition, out)
        if len(left) <= STEP:
            self._arrive(goal, record.partition, out)

    def _now(self) -> tuple[date, Schedule]:
        return self._reached or (self.day, self.schedule)

    def _goals_of(self, record: Record) -> list[tuple[date, Schedule]]:
        if not self.stands_alone(record):
            return []
        try:
            return self._goals(codec.read(_decode_penalty, record.value or b"", record.topic))
        except UndigestibleError:
            return []  # folding it says so

    def _goals(self, penalty: Penalty) -> list[tuple[date, Schedule]]:
        """Where a record of time leads to, one version of the standard at a time; nowhere where we are there already.

        Each goal is reached by all subjects before the next: so one that was advanced before a crash is not again.
        """
        day, schedule = self._now()
        if isinstance(penalty, StandardAdopted):
            adopted = _with(schedule, (Adoption(version=penalty.version, from_day=penalty.from_day),))
            return [] if adopted is schedule else [(day, adopted)]
        if not isinstance(penalty, NewDay) or penalty.day <= day:
            return []
        return [(last, schedule) for _, last, _ in schedule.periods(day, penalty.day) if last > day]

    def _arrive(self, goal: tuple[date, Schedule], partition: int, out: list[Output]) -> None:
        """Every subject is there: say so."""
        self._reached = goal
        self.judge = goal[1].on(goal[0])
        raw = codec.encode(ListDay(day=goal[0], adopted=goal[1].adopted))
        headers = codec.headers("list_day", SOURCE, f"{partition}/{goal[0]}/{len(goal[1].adopted)}")
        out.append(Output(topics.SANCTION_LIST.name, topics.NEW_DAY_KEY, raw, headers, partition))

    def _advance(self, keys: list[bytes], goal: tuple[date, Schedule], partition: int, out: list[Output]) -> None:
        """Bring subjects there. Doing it again changes nothing."""
        day, schedule = goal
        *_, period = schedule.periods(self._now()[0], day)
        for key in keys:
            entry = self.store.get(key)
            for step in sanction_list.in_force(entry, *period) if entry else ():
                self._write(key, step, partition, out)

    def _touched(self, goal: tuple[date, Schedule]) -> list[bytes]:
        """Keys of the subjects that are due until then, or that another version of the standard has judged."""
        day, schedule = goal
        self._index()
        touched = {key for key, (entry, _) in self.store.changed.items() if entry and _is_due(entry, day)}
        touched |= self.due.until(day)
        version = schedule.on(day).version
        if version != self.judge.version:
            heads = ((key, _decode_head.decode(raw)) for key, raw in self.store.raw.items())
            touched |= {key for key, head in heads if head.standard != version}
            touched |= {key for key, (entry, _) in self.store.changed.items() if entry and entry.standard != version}
        return sorted(touched)

    def _index(self) -> None:
        """Build the index of due days when the first day passes: a restore alone need not decode every entry."""
        if self._unindexed:
            for key, raw in self.store.raw.items():
                if next_due := _decode_head.decode(raw).next_due_day:
                    self.due.add(next_due, key)
            self._unindexed = False

    def _write(self, key: bytes, entry: Entry, partition: int, out: list[Output]) -> None:
        raw = self.store.put(key, entry)
        headers = codec.headers("entry", SOURCE, f"{entry.uscc}/{entry.sequence}")
        out.append(Output(topics.SANCTION_LIST.name, key, raw, headers, partition))

    # -- the batch -------------------------------------------------------------------------------------------------

    def commit(self) -> None:
        if not self._unindexed:
            for key, (entry, _) in self.store.changed.items():
                if entry and entry.next_due_day:
                    self.due.add(entry.next_due_day, key)
        self.store.commit()
        if self._prepared:
            self._left, self._prepared = (self._left or [])[self._prepared :], 0
        if self._reached:
            self._reach(*self._reached)
            self._left = None
            self.due.drop(self.day)

    def rollback(self) -> None:
        self.store.rollback()
        self._prepared = 0
        if self._reached:
            self._reach(self.day, self.schedule)

    def _reach(self, day: date, schedule: Schedule) -> None:
        self.day, self.schedule, self._reached = day, schedule, None
        self.judge = schedule.on(day)


def _is_due(entry: Entry, day: date) -> bool:
    return entry.next_due_day is not None and entry.next_due_day <= day


def _with(schedule: Schedule, adopted: Iterable[Adoption]) -> Schedule:
    """Raises UnavailableError where a version is not packaged here."""
    for adoption in adopted:
        schedule.judge_of(adoption.version)
        schedule = schedule.adopt(adoption)
    return schedule


class JointList:
    name = "joint_list"
    inputs = (topics.PENALTIES.name,)

    def __init__(self) -> None:
        self._schedule = current_schedule()

    def unit_of(self, place: Place) -> Hashable:
        return place[1]

    def tables(self, places: Iterable[Place]) -> tuple[Table, ...]:
        return tuple(Table((topics.SANCTION_LIST.name, partition), own=True) for _, partition in places)

    def open(self, places: Iterable[Place]) -> Subjects:
        return Subjects(self._schedule)
