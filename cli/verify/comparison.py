"""One partition of a stage's output, compared key by key with what is expected on it.

A record has a number within its key (an entry's sequence, a bank's number), so it is found even if others before it are
missing. Of each key, compaction leaves the newest of the older records and all that follow: so only the first records
of a key may be gone, and only if the first one left is old itself.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from cli.verify import phrases
from cli.verify.actual_records import ActualRecord, ActualRecords
from cli.verify.report import Report, at, fingerprint
from cli.verify.source import Source
from liancheng.errors import UndigestibleError
from stream_apps.stage import Record

GARBLED = (msgspec.DecodeError, UnicodeDecodeError, UndigestibleError)


class Names(NamedTuple):
    """Names of the discrepancies of one topic."""

    lost: str
    doubled: str
    wrong: str
    foreign: str


class Numbered(NamedTuple):
    """A record's key, and its number among the records of that key."""

    key: bytes
    number: int


class Comparison:
    """`number` returns key and number of a record; it raises one of GARBLED if the bytes are no record of the topic."""

    def __init__(
        self,
        source: Source,
        report: Report,
        place: tuple[str, int],
        number: Callable[[Record], Numbered],
        names: Names,
        *,
        seen: Callable[[Record], None] = lambda _: None,
    ) -> None:
        self.source = source
        self.topic, self.partition = place
        self.names = names
        self.report = report
        self.tally = report.of(self.topic)
        self.actual: dict[bytes, ActualRecords] = {}
        self.odd: set[bytes] = set()  # keys with a discrepancy
        self._compared: dict[bytes, int] = {}  # how many of a key's records are compared already
        self._last_offset = -1
        for record in source.records(*place):
            self._take(record, number)
            seen(record)

    def _take(self, record: Record, number: Callable[[Record], Numbered]) -> None:
        self.tally.records += 1
        try:
            key, record_number = number(record)
        except GARBLED as error:
            unknown = Numbered(record.key or b"", 0)
            self._add("unreadable record", at(*record[:3]), unknown, str(error), "")
            return
        print_ = fingerprint(record.key, record.value)
        records = self.actual.setdefault(key, ActualRecords())
        records.append(ActualRecord(record_number, record.offset, record.timestamp_ms, print_))

    def first_number(self, key: bytes) -> int | None:
        """The number of the first record that is left of a key."""
        records = self.actual.get(key)
        return records[0].number if records else None

    def expect(self, numbered: Numbered, key: bytes, value: bytes | None, in_flight: bool, origin: str = "") -> None:
        """Compares one record. Call it in the order in which the stage writes. `origin`: the place it comes from."""
        compared, records = self._compared.get(numbered.key, 0), self.actual.get(numbered.key)
        index = records.index_of(numbered.number, compared) if records else None
        if records is None or index is None:
            self._missing(numbered, value, in_flight, origin)
            return
        for between in range(compared, index):
            self._unexpected(numbered.key, records, between)
        self._compared[numbered.key] = index + 1
        self._compare(numbered, records[index], key, value)

    def _missing(self, numbered: Numbered, value: bytes | None, in_flight: bool, origin: str) -> None:
        if in_flight:
            self.tally.in_flight += 1
        elif self._may_be_gone(numbered.key):
            self.tally.unchecked += 1
        else:
            self._add(self.names.lost, origin, numbered, "", phrases.summary(value))

    def _may_be_gone(self, key: bytes) -> bool:
        records = self.actual.get(key)
        return records is not None and key not in self._compared and records[0].timestamp_ms < self.source.kept_since_ms

    def _compare(self, numbered: Numbered, actual: ActualRecord, key: bytes, value: bytes | None) -> None:
        if actual.fingerprint != fingerprint(key, value):
            found, expected = phrases.first_difference(self._value(self.names.wrong, actual.offset), value)
            self._add(self.names.wrong, self._at(actual.offset), numbered, found, expected)
        elif actual.offset < self._last_offset:
            found, expected = f"it before offset {self._last_offset}", "it after that"
            self._add("out of order", self._at(actual.offset), numbered, found, expected)
        else:
            self.tally.checked += 1
        self._last_offset = max(self._last_offset, actual.offset)

    def _unexpected(self, key: bytes, records: ActualRecords, index: int) -> None:
        name = self.names.doubled if records.is_repeated(index) else self.names.foreign
        found = phrases.summary(self._value(name, records[index].offset))
        self._add(name, self._at(records[index].offset), Numbered(key, records[index].number), found, "")

    def finish(self) -> None:
        """Call it when everything was expected: reports what is left, and digests the partition."""
        for key, records in self.actual.items():
            for index in range(self._compared.get(key, 0), len(records)):
                self._unexpected(key, records, index)
        self.tally.keys += len(self.actual)
        newest = b"".join(records[-1].fingerprint for _, records in sorted(self.actual.items()))
        self.tally.partitions.append(hashlib.sha256(newest).digest())

    def _value(self, name: str, offset: int) -> bytes | None:
        """The value at an offset, for a phrase; not looked up if the phrase would not be kept."""
        wanted = self.report.keeps(name, self.topic)
        record = self.source.record((self.topic, self.partition, offset)) if wanted else None
        return record and record.value

    def _at(self, offset: int) -> str:
        return at(self.topic, self.partition, offset)

    def _add(self, name: str, place: str, numbered: Numbered, found: str, expected: str) -> None:
        self.odd.add(numbered.key)
        subject = f"{numbered.key.decode(errors='replace')} {numbered.number}"
        self.report.add(name, self.topic, place, subject, found=found, expected=expected)
