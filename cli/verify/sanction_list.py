"""`sanction-list` compared with the fold of `penalties`: every entry, and every day on which the list was complete."""

import hashlib
from collections.abc import Container
from datetime import date

import msgspec

from cli.verify.actual_records import ActualRecord
from cli.verify.comparison import Comparison, Names, Numbered
from cli.verify.fold import outputs_of
from cli.verify.report import Report, at, fingerprint
from cli.verify.source import Source
from liancheng import codec
from liancheng.records import topics
from liancheng.records.entries import Entry
from stream_apps.joint_list import JointList
from stream_apps.stage import Record

NAMES = Names("lost change", "doubled change", "wrong entry", "entry from nowhere")
STAGE = JointList()
TOPIC = topics.SANCTION_LIST
_ADOPTIONS_MAX = 1000
_entry = codec.decoder(Entry).decode


class _EntryHead(msgspec.Struct):
    """An entry has a sequence. A day has none: it comes again when a version of the standard is adopted on it."""

    day: date
    sequence: int | None = None
    adopted: tuple[msgspec.Raw, ...] = ()


_head = codec.decoder(_EntryHead).decode


class Entries:
    """The entries of watched companies in their order: those compacted away as recomputed, the others as stored."""

    def __init__(self, companies: Container[bytes]) -> None:
        self._companies = companies
        self.compacted: dict[bytes, list[bytes]] = {}
        self.stored: dict[bytes, list[Record]] = {}

    def add_stored(self, record: Record) -> None:
        if record.key and record.key in self._companies:
            self.stored.setdefault(record.key, []).append(record)

    def add_compacted(self, key: bytes, value: bytes | None) -> None:
        if key in self._companies:
            self.compacted.setdefault(key, []).append(value or b"")


class Digest:
    """The digest of `liancheng list digest` over all partitions, and how many entries there are."""

    def __init__(self) -> None:
        self._prints: dict[bytes, bytes] = {}

    def add(self, comparison: Comparison) -> None:
        for key, records in comparison.actual.items():
            if key == topics.NEW_DAY_KEY:
                continue
            print_ = records[-1].fingerprint
            if key in comparison.odd:
                print_ = self._as_read(comparison, key, records[-1])
            self._prints[key] = print_

    def _as_read(self, comparison: Comparison, key: bytes, actual: ActualRecord) -> bytes:
        """The digest of the entry as a reader of the list decodes it, although no fold has written it so."""
        record = comparison.source.record((comparison.topic, comparison.partition, actual.offset))
        try:
            return fingerprint(key, codec.encode(_entry(record.value or b""))) if record else actual.fingerprint
        except ValueError:
            return actual.fingerprint

    def write(self, report: Report) -> None:
        report.entries = len(self._prints)
        report.list_digest = hashlib.sha256(b"".join(print_ for _, print_ in sorted(self._prints.items()))).hexdigest()


def check(source: Source, report: Report, partition: int, entries: Entries, digest: Digest) -> None:
    """Reports `lost` and `doubled change`, `wrong entry`, `entry from nowhere`, `out of order`."""
    comparison = Comparison(source, report, (TOPIC.name, partition), _number, NAMES, seen=entries.add_stored)
    unit = STAGE.open([(topics.PENALTIES.name, partition)])
    processed = source.processed(STAGE.name, topics.PENALTIES.name, partition)
    for record in source.records(topics.PENALTIES.name, partition):
        for output in outputs_of(source, report, unit, record, processed):
            numbered = _numbered(output.key, output.value)
            if numbered.number < (comparison.first_number(output.key) or 0):
                entries.add_compacted(output.key, output.value)
            in_flight = record.offset >= processed
            comparison.expect(numbered, output.key, output.value, in_flight, at(*record[:3]))
    comparison.finish()
    digest.add(comparison)


def _number(record: Record) -> Numbered:
    return _numbered(record.key or b"", record.value)


def _numbered(key: bytes, value: bytes | None) -> Numbered:
    head = _head(value or b"")
    return Numbered(key, head.sequence or head.day.toordinal() * _ADOPTIONS_MAX + len(head.adopted))
