"""One partition of a stage's output against what is expected on it, key by key.

A record has a number within its key (an entry's sequence, a bank's number), so it is found again whatever is missing
before it. Compaction leaves of each key the newest of the older records and everything after it: so only the first
records of a key may be gone, and only where the first that is left is old itself.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from cli.verify import phrases
from cli.verify.found import Found, FoundRecords
from cli.verify.report import Difference, Report, at, fingerprint
from cli.verify.source import Source
from liancheng.errors import UndigestibleError
from stream_apps.stage import Record

GARBLED = (msgspec.DecodeError, UnicodeDecodeError, UndigestibleError)


class Names(NamedTuple):
    """What its differences are called."""

    lost: str
    doubled: str
    wrong: str
    foreign: str


class Numbered(NamedTuple):
    """A record's key among its peers, and its number there."""

    key: bytes
    number: int


class Kept:
    """`number` tells key and number of a record; it raises where it is no record of that topic."""

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
        self.found: dict[bytes, FoundRecords] = {}
        self.odd: set[bytes] = set()  # keys that differ somewhere
        self._next: dict[bytes, int] = {}  # how many of a key's found records are compared already
        self._last_offset = -1
        for record in source.records(*place):
            self._take(record, number)
            seen(record)

    def _take(self, record: Record, number: Callable[[Record], Numbered]) -> None:
        self.tally.records += 1
        try:
            key, at_number = number(record)
        except GARBLED as error:
            unknown = Numbered(record.key or b"", 0)
            self._differs("unreadable record", self._at(record.offset), unknown, str(error), "")
            return
        found = Found(at_number, record.offset, record.timestamp_ms, fingerprint(record.key, record.value))
        if key not in self.found:
            self.found[key] = FoundRecords()
        self.found[key].append(found)

    def first_number(self, key: bytes) -> int | None:
        """The number of the first record that is left of a key."""
        found = self.found.get(key)
        return found[0].number if found else None

    def expect(self, numbered: Numbered, key: bytes, value: bytes | None, in_flight: bool, of: str = "") -> None:
        """Compare one record; call it in the order in which the stage writes them. `of`: what it comes from."""
        compared, found = self._next.get(numbered.key, 0), self.found.get(numbered.key)
        where = found.where(numbered.number, compared) if found else None
        if found is None or where is None:
            self._missing(numbered, value, in_flight, of)
            return
        for between in range(compared, where):
            self._extra(numbered.key, found, between)
        self._next[numbered.key] = where + 1
        self._compare(numbered, found[where], key, value)

    def _missing(self, numbered: Numbered, value: bytes | None, in_flight: bool, of: str) -> None:
        if in_flight:
            self.tally.in_flight += 1
        elif self._may_be_gone(numbered.key):
            self.tally.unchecked += 1
        else:
            self._differs(self.names.lost, of, numbered, "", phrases.tell(value))

    def _may_be_gone(self, key: bytes) -> bool:
        found = self.found.get(key)
        return found is not None and key not in self._next and found[0].timestamp_ms < self.source.kept_since_ms

    def _compare(self, numbered: Numbered, found: Found, key: bytes, value: bytes | None) -> None:
        if found.fingerprint != fingerprint(key, value):
            seen, wanted = phrases.differ(self._value(self.names.wrong, found.offset), value)
            self._differs(self.names.wrong, self._at(found.offset), numbered, seen, wanted)
        elif found.offset < self._last_offset:
            wanted = "it behind that"
            self._differs(
                "out of order", self._at(found.offset), numbered, f"it before offset {self._last_offset}", wanted
            )
        else:
            self.tally.checked += 1
        self._last_offset = max(self._last_offset, found.offset)

    def _extra(self, key: bytes, found: FoundRecords, at_: int) -> None:
        name = self.names.doubled if found.is_again(at_) else self.names.foreign
        seen = phrases.tell(self._value(name, found[at_].offset))
        self._differs(name, self._at(found[at_].offset), Numbered(key, found[at_].number), seen, "")

    def finish(self) -> None:
        """Everything was expected: what is left was not. Then digest the partition."""
        for key, found in self.found.items():
            for at_ in range(self._next.get(key, 0), len(found)):
                self._extra(key, found, at_)
        self.tally.keys += len(self.found)
        newest = b"".join(found[-1].fingerprint for _, found in sorted(self.found.items()))
        self.tally.partitions.append(hashlib.sha256(newest).digest())

    def _value(self, name: str, offset: int) -> bytes | None:
        """What stands there, for a phrase; not looked up where the phrase would not be kept."""
        wanted = self.report.keeps(name, self.topic)
        there = self.source.record((self.topic, self.partition, offset)) if wanted else None
        return there and there.value

    def _at(self, offset: int) -> str:
        return at(self.topic, self.partition, offset)

    def _differs(self, name: str, place: str, numbered: Numbered, found: str, expected: str) -> None:
        self.odd.add(numbered.key)
        subject = f"{numbered.key.decode(errors='replace')} {numbered.number}"
        self.report.add(
            Difference(name=name, topic=self.topic, place=place, subject=subject, found=found, expected=expected)
        )
