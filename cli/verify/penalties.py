"""`penalties` against what the events lead to: each accepted event's records once, a document's versions in order."""

import hashlib
from collections.abc import Iterator

import msgspec

from cli.verify import phrases
from cli.verify.report import Difference, Report, at, fingerprint
from cli.verify.source import Source
from liancheng import codec
from liancheng.records import topics
from liancheng.records.facts import Document, DocumentMoved
from stream_apps.stage import Output, Record

TOPIC = topics.PENALTIES
_HALF = 16  # bytes: no two records will meet
_SHIFT = 48  # bits of an offset
_OF_EVENTS = {kind.__struct_config__.tag for kind in (Document, DocumentMoved)}


class _Head(msgspec.Struct):
    """What tells records of events from days and others."""

    type: str
    id: str = ""
    version: int | str = 0  # a version of the standard has a name


_head = codec.decoder(_Head).decode


class Penalties:
    """The records of all partitions, by the half of their digests: some 200 bytes each."""

    def __init__(self, source: Source, report: Report) -> None:
        self._source = source
        self._report = report
        self._tally = report.of(TOPIC.name)
        self._places: dict[bytes, int] = {}  # where those stand that no event has led to yet
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
            self._differs("unreadable record", record, str(error), "")
            return
        if head.type not in _OF_EVENTS:
            self._tally.checked += 1
            return
        if print_[:_HALF] in self._places:
            self._differs("doubled penalty", record, phrases.tell(record.value), "")
            return
        self._places[print_[:_HALF]] = record.partition << _SHIFT | record.offset
        version, before = int(head.version), versions.get((key, head.id), 0)
        if version <= before:
            expected = f"more than version {before} of {head.id}"
            self._differs("penalties out of order", record, f"version {version}", expected)
        versions[key, head.id] = version

    def _differs(self, name: str, record: Record, found: str, expected: str) -> None:
        subject = (record.key or b"").decode(errors="replace")
        place = at(*record[:3])
        self._report.add(
            Difference(name=name, topic=TOPIC.name, place=place, subject=subject, found=found, expected=expected)
        )

    def expect(self, output: Output, in_flight: bool, of: str) -> None:
        """One record that the event at `of` leads to.

        `lost penalty`: it is not there. `misplaced penalty`: it is on a partition where its subject is not.
        """
        packed = self._places.pop(fingerprint(output.key, output.value)[:_HALF], None)
        place = None if packed is None else _unpacked(packed)
        subject, wanted = output.key.decode(), codec.murmur2_partition(output.key, TOPIC.partitions)
        if place and place[0] == wanted:
            self._tally.checked += 1
        elif place:
            self._report.add(
                Difference(
                    name="misplaced penalty", topic=TOPIC.name, place=at(TOPIC.name, *place), subject=subject,
                    found=f"partition {place[0]}", expected=f"partition {wanted}",
                )
            )  # fmt: skip
        elif in_flight:
            self._tally.in_flight += 1
        else:
            told = f"{_document(output.value)} {phrases.tell(output.value)}"
            self._report.add(
                Difference(name="lost penalty", topic=TOPIC.name, place=of, subject=subject, expected=told)
            )

    def finish(self) -> None:
        """`penalty from nowhere`: no event has led to it."""
        for record in self._left():
            told = f"{_document(record.value)} {phrases.tell(record.value)}"
            self._differs("penalty from nowhere", record, told, "")

    def _left(self) -> Iterator[Record]:
        for packed in sorted(self._places.values()):
            record = self._source.record((TOPIC.name, *_unpacked(packed)))
            if record:
                yield record


def _unpacked(packed: int) -> tuple[int, int]:
    return packed >> _SHIFT, packed & ((1 << _SHIFT) - 1)


def _document(value: bytes | None) -> str:
    id_: str = _head(value or b"").id
    return id_
