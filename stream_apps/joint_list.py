"""joint_list: one state per subject. Judges by the standard in force; lists, eases, clears.

Reads `penalties`, writes `sanction-list` (its table): each entry, and the day up to which the partition is complete.
"""

import heapq
from collections.abc import Hashable, Iterable
from datetime import date, datetime

from liancheng import codec, sanction_list, topics
from liancheng.entries import Entry, ListDay, ListRecord
from liancheng.facts import Model, NewDay, Penalty
from liancheng.standard.judging import current_judge
from stream_apps.stage import Output, Place, Record, Store, Table

SOURCE = b"/joint_list"
_decode_penalty = codec.decoder(Penalty)
_decode_list = codec.decoder(ListRecord)


class _Head(Model, frozen=True, kw_only=True):
    """The part of an entry that restoring needs."""

    next_due_day: date | None = None


_decode_head = codec.decoder(_Head)


class DueDays:
    """On which day which subject is due. Entries that have changed since are left in: being due twice does no harm."""

    def __init__(self) -> None:
        self._heap: list[tuple[date, bytes]] = []

    def add(self, day: date, key: bytes) -> None:
        heapq.heappush(self._heap, (day, key))

    def until(self, day: date) -> set[bytes]:
        """Keys due on that day or before, which stay on the list until `drop`."""
        popped = []
        while self._heap and self._heap[0][0] <= day:
            popped.append(heapq.heappop(self._heap))
        for item in popped:
            heapq.heappush(self._heap, item)
        return {key for _, key in popped}

    def drop(self, day: date) -> None:
        while self._heap and self._heap[0][0] <= day:
            heapq.heappop(self._heap)


class Subjects:
    """The entries of one partition, the day it has reached, and whose day comes next."""

    def __init__(self, judge: sanction_list.Judge) -> None:
        self.judge = judge
        self.store: Store[Entry] = Store(codec.decoder(Entry))
        self.day = date.min
        self.due = DueDays()
        self._day_of_batch: date | None = None
        self._unindexed = False

    def restore(self, topic: str, key: bytes, value: bytes | None) -> None:
        if key == topics.NEW_DAY_KEY and value is not None:
            self.day = max(self.day, _decode_list.decode(value).day)
        else:
            self.store.restore(key, value)
            self._unindexed = True

    def fold(self, record: Record, now: datetime, out: list[Output]) -> None:
        penalty = codec.read(_decode_penalty, record.value or b"", f"{record.topic}[{record.partition}]")
        if isinstance(penalty, NewDay):
            self._new_day(penalty.day, record.partition, out)
            return
        key = record.key or b""
        entry = sanction_list.fold(self.store.get(key), key.decode(), penalty, self._today(), self.judge)
        if entry is not None:
            self._write(key, entry, record.partition, out)

    def _today(self) -> date:
        return self._day_of_batch or self.day

    def _new_day(self, day: date, partition: int, out: list[Output]) -> None:
        """Work off every due day up to `day`, subject by subject in the order of their keys, then say it is done."""
        if day <= self._today():
            return
        self._index()
        for key in sorted(self._due_keys(day)):
            entry = self.store.get(key)
            for step in sanction_list.pass_days(entry, day, self.judge) if entry else ():
                self._write(key, step, partition, out)
        self._day_of_batch = day
        raw = codec.encode(ListDay(day=day))
        headers = codec.headers("list_day", SOURCE, f"{partition}/{day}")
        out.append(Output(topics.SANCTION_LIST.name, topics.NEW_DAY_KEY, raw, headers, partition))

    def _due_keys(self, day: date) -> set[bytes]:
        changed = {
            key
            for key, (entry, _) in self.store.changed.items()
            if entry and entry.next_due_day and entry.next_due_day <= day
        }
        return changed | self.due.until(day)

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

    def commit(self) -> None:
        if not self._unindexed:
            for key, (entry, _) in self.store.changed.items():
                if entry and entry.next_due_day:
                    self.due.add(entry.next_due_day, key)
        self.store.commit()
        if self._day_of_batch:
            self.day, self._day_of_batch = self._day_of_batch, None
            self.due.drop(self.day)

    def rollback(self) -> None:
        self.store.rollback()
        self._day_of_batch = None


class JointList:
    name = "joint_list"
    inputs = (topics.PENALTIES.name,)

    def __init__(self) -> None:
        self._judge = current_judge()

    def unit_of(self, place: Place) -> Hashable:
        return place[1]

    def tables(self, places: Iterable[Place]) -> tuple[Table, ...]:
        return tuple(Table((topics.SANCTION_LIST.name, partition), own=True) for _, partition in places)

    def open(self, places: Iterable[Place]) -> Subjects:
        return Subjects(self._judge)
