"""joint_list: one state per company. Judges by the standard in force; lists, eases, clears.

Reads `penalties`, writes `sanction-list` (its table): each entry, and the day up to which the partition is complete.
"""

from collections.abc import Hashable, Iterable
from datetime import date, datetime
from typing import NamedTuple

from liancheng import codec
from liancheng.errors import UndigestibleError
from liancheng.joint_list import fold
from liancheng.joint_list.schedule import Schedule
from liancheng.joint_list.standard_judge import current_schedule
from liancheng.records import topics
from liancheng.records.entries import Adoption, Entry, ListDay, ListRecord
from liancheng.records.facts import Document, DocumentMoved, Model, NewDay, Penalty, StandardAdopted
from liancheng.records.partial import EntryDecoder, ShortPenalty
from stream_apps.due_days import DueDays
from stream_apps.stage import Output, Place, Record, Store, Table

SOURCE = b"/joint_list"
STEP = 2000  # companies judged again in one transaction: a tenth of what its 10 s would allow
TIME_KEYS = frozenset((topics.NEW_DAY_KEY, topics.STANDARD_KEY))
_decode_penalty = codec.decoder(ShortPenalty)
_decode_list = codec.decoder(ListRecord)


class _IndexedFields(Model, frozen=True, kw_only=True):
    """The part of an entry that decides when it is judged again."""

    next_due_day: date | None = None
    standard: str = ""


_decode_indexed = codec.decoder(_IndexedFields)


class Point(NamedTuple):
    """How far a partition is in time: the day that all its companies have reached, and the versions adopted."""

    day: date
    schedule: Schedule


class Passage:
    """Long work on its way to a point in time: which companies are still to be judged.

    `taken` of them are in the open transaction; only its commit makes them done.
    """

    def __init__(self, goal: Point, left: list[bytes]) -> None:
        self.goal = goal
        self.left = left
        self.taken = 0

    def take(self) -> list[bytes]:
        part = self.left[:STEP]
        self.taken = len(part)
        return part

    def commit(self) -> None:
        self.left, self.taken = self.left[self.taken :], 0

    def rollback(self) -> None:
        self.taken = 0


class Subjects:
    """The entries of one partition, and how far it is in time."""

    def __init__(self, schedule: Schedule) -> None:
        self.store: Store[Entry] = Store(EntryDecoder)
        self.due = DueDays()
        self.passage: Passage | None = None
        self._initial = schedule
        self._committed = self._point = Point(date.min, schedule)
        self.judge = schedule.on(date.min)

    @property
    def day(self) -> date:
        return self._point.day

    @property
    def schedule(self) -> Schedule:
        return self._point.schedule

    def restore(self, topic: str, key: bytes, value: bytes | None) -> None:
        if key == topics.NEW_DAY_KEY and value is not None:
            reached: ListDay = _decode_list.decode(value)
            # The newest record holds every adoption.
            self._committed = self._move(Point(reached.day, _with(self._initial, reached.adopted)))
        else:
            self.store.restore(key, value)
            self.due.complete = False

    def fold(self, record: Record, now: datetime, out: list[Output]) -> None:
        penalty = codec.read(_decode_penalty, record.value or b"", f"{record.topic}[{record.partition}]")
        if isinstance(penalty, Document | DocumentMoved):
            self._fold_document(penalty, record, out)
            return
        for goal in self._goals(penalty):
            self._advance(self._affected(goal), goal, record.partition, out)
            self._arrive(goal, record.partition, out)

    def _fold_document(self, penalty: Document | DocumentMoved, record: Record, out: list[Output]) -> None:
        key = record.key or b""
        entry = fold.fold(self.store.get(key), key.decode(), penalty, self._point.day, self.judge)
        if entry is not None:
            self._write(key, entry, record.partition, out)

    # -- time ------------------------------------------------------------------------------------------------------

    def begins_batch(self, record: Record) -> bool:
        return record.key in TIME_KEYS

    def has_long_work(self, record: Record) -> bool:
        goals = self._goals_of(record)
        if goals and self.passage is None:
            self.passage = Passage(goals[0], self._affected(goals[0]))
        if self.passage and (len(self.passage.left) > STEP or len(goals) > 1):
            return True
        self.passage = None
        return False

    def prepare(self, record: Record, out: list[Output]) -> None:
        goal = self._goals_of(record)[0]
        passage = self.passage = self.passage or Passage(goal, [])
        part = passage.take()
        self._advance(part, goal, record.partition, out)
        if len(part) == len(passage.left):
            self._arrive(goal, record.partition, out)

    def _goals_of(self, record: Record) -> list[Point]:
        if not self.begins_batch(record):
            return []
        try:
            return self._goals(codec.read(_decode_penalty, record.value or b"", record.topic))
        except UndigestibleError:
            return []  # `fold` raises it again, and the record becomes a dead letter

    def _goals(self, penalty: Penalty) -> list[Point]:
        """Returns the points that a record of time leads to, one version of the standard after another.

        All companies reach one point before any sets out for the next, so a crash in between judges none twice. Empty
        if the partition is there already.
        """
        day, schedule = self._point
        if isinstance(penalty, StandardAdopted):
            adopted = _with(schedule, (Adoption(version=penalty.version, from_day=penalty.from_day),))
            return [] if adopted is schedule else [Point(day, adopted)]
        if not isinstance(penalty, NewDay) or penalty.day <= day:
            return []
        return [Point(last, schedule) for _, last, _ in schedule.periods(day, penalty.day) if last > day]

    def _arrive(self, goal: Point, partition: int, out: list[Output]) -> None:
        """Every company has reached the goal: write it down."""
        self._move(goal)
        raw = codec.encode(ListDay(day=goal.day, adopted=goal.schedule.adopted))
        headers = codec.headers("list_day", SOURCE, f"{partition}/{goal.day}/{len(goal.schedule.adopted)}")
        out.append(Output(topics.SANCTION_LIST.name, topics.NEW_DAY_KEY, raw, headers, partition))

    def _advance(self, keys: list[bytes], goal: Point, partition: int, out: list[Output]) -> None:
        """Bring companies to the goal. A second time changes nothing."""
        *_, period = goal.schedule.periods(self._point.day, goal.day)
        for key in keys:
            entry = self.store.get(key)
            for step in fold.in_force(entry, *period) if entry else ():
                self._write(key, step, partition, out)

    def _affected(self, goal: Point) -> list[bytes]:
        """Returns the keys of companies that are due until then, or were judged by another version of the standard."""
        if not self.due.complete:
            fields = ((key, _decode_indexed.decode(raw)) for key, raw in self.store.raw.items())
            self.due.build((each.next_due_day, key) for key, each in fields)
        changed = [(key, entry) for key, (entry, _) in self.store.changed.items() if entry]
        affected = self.due.until(goal.day)
        affected |= {key for key, entry in changed if entry.next_due_day and entry.next_due_day <= goal.day}
        version = goal.schedule.on(goal.day).version
        if version != self.judge.version:
            for key, raw in self.store.raw.items():
                if _decode_indexed.decode(raw).standard != version:
                    affected.add(key)
            affected |= {key for key, entry in changed if entry.standard != version}
        return sorted(affected)

    def _write(self, key: bytes, entry: Entry, partition: int, out: list[Output]) -> None:
        raw = self.store.put(key, entry)
        headers = codec.headers("entry", SOURCE, f"{entry.uscc}/{entry.sequence}")
        out.append(Output(topics.SANCTION_LIST.name, key, raw, headers, partition))

    # -- the batch -------------------------------------------------------------------------------------------------

    def commit(self) -> None:
        if self.due.complete:
            for key, (entry, _) in self.store.changed.items():
                if entry and entry.next_due_day:
                    self.due.add(entry.next_due_day, key)
        self.store.commit()
        if self.passage:
            self.passage.commit()
        if self._point is not self._committed:
            self._committed = self._point
            self.passage = None
            self.due.drop(self._point.day)

    def rollback(self) -> None:
        self.store.rollback()
        if self.passage:
            self.passage.rollback()
        self._move(self._committed)

    def _move(self, point: Point) -> Point:
        self._point = point
        self.judge = point.schedule.on(point.day)
        return point


def _with(schedule: Schedule, adopted: Iterable[Adoption]) -> Schedule:
    """Raises UnavailableError if a version is not packaged here."""
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
