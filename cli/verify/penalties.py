"""`penalties` compared with what the events lead to: each event's records once, a document's versions in order."""

import hashlib
from collections.abc import Iterator

import msgspec

from cli.verify import phrases
from cli.verify.report import Report, at, fingerprint
from cli.verify.source import Source
from liancheng import codec
from liancheng.records import topics
from liancheng.records.facts import Document, DocumentMoved
from stream_apps.stage import Output, Record

TOPIC = topics.PENALTIES
_HALF = 16  # bytes of a digest: no two records will collide
_SHIFT = 48  # bits of an offset
_OF_EVENTS = {kind.__struct_config__.tag for kind in (Document, DocumentMoved)}


class _FactHead(msgspec.Struct):
    """What distinguishes records of events from days and others."""

    type: str
    id: str = ""
    version: int | str = 0  # that of the standard is a name


_head = codec.decoder(_FactHead).decode


class Penalties:
    """The records of all partitions by half of their digests: some 200 bytes each."""

    def __init__(self, source: Source, report: Report) -> None:
        self._source = source
        self._report = report
        self._tally = report.of(TOPIC.name)
        self._places: dict[bytes, int] = {}  # of the records that no event has led to yet
        for partition in range(TOPIC.partitions):
            self._read(partition)

    def _read(self, partition: int) -> None:
        digest, keys = hashlib.sha256(), set()
        versions: dict[tuple[bytes, str], int] = {}
        for record in self._source.records(TOPIC.name, partition):
            print_ = fingerprint(record.key, record.value)
            digest.update(print_)
            keys.add(record.key)
            self._tally.records += 1
            self._take(record, print_, versions)
        self._tally.keys += len(keys)
        self._tally.partitions.append(digest.digest())

    def _take(self, record: Record, print_: bytes, versions: dict[tuple[bytes, str], int]) -> None:
        key = record.key or b""
        try:
            head = _head(record.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._report.add_record("unreadable record", record, found=str(error))
            return
        if head.type not in _OF_EVENTS:
            self._tally.checked += 1
            return
        if print_[:_HALF] in self._places:
            self._report.add_record("doubled penalty", record, found=phrases.summary(record.value))
            return
        self._places[print_[:_HALF]] = record.partition << _SHIFT | record.offset
        version, before = int(head.version), versions.get((key, head.id), 0)
        if version <= before:
            expected = f"more than version {before} of {head.id}"
            self._report.add_record("penalties out of order", record, found=f"version {version}", expected=expected)
        versions[key, head.id] = version

    def expect(self, output: Output, in_flight: bool, origin: str) -> None:
        """Compares one record that the event at `origin` leads to.

        `lost penalty`: it is missing. `misplaced penalty`: it is on another partition than its subject.
        """
        packed = self._places.pop(fingerprint(output.key, output.value)[:_HALF], None)
        place = None if packed is None else _unpacked(packed)
        wanted = codec.murmur2_partition(output.key, TOPIC.partitions)
        if place and place[0] == wanted:
            self._tally.checked += 1
        elif place:
            found, expected = f"partition {place[0]}", f"partition {wanted}"
            spot = at(TOPIC.name, *place)
            self._report.add("misplaced penalty", TOPIC.name, spot, output.key, found=found, expected=expected)
        elif in_flight:
            self._tally.in_flight += 1
        else:
            expected = _described(output.value)
            self._report.add("lost penalty", TOPIC.name, origin, output.key, expected=expected)

    def finish(self) -> None:
        """Reports each `penalty from nowhere`: no event has led to it."""
        for record in self._left():
            self._report.add_record("penalty from nowhere", record, found=_described(record.value))

    def _left(self) -> Iterator[Record]:
        for packed in sorted(self._places.values()):
            record = self._source.record((TOPIC.name, *_unpacked(packed)))
            if record:
                yield record


def _unpacked(packed: int) -> tuple[int, int]:
    return packed >> _SHIFT, packed & ((1 << _SHIFT) - 1)


def _described(value: bytes | None) -> str:
    return f"{_head(value or b'').id} {phrases.summary(value)}"
