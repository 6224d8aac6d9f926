"""`sanction-list` against the fold of `penalties`: every entry, and every day on which the list was complete."""

import hashlib
from collections.abc import Container
from datetime import date

import msgspec

from cli.verify.folding import followed
from cli.verify.found import Found
from cli.verify.kept import Kept, Names, Numbered
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


class _Head(msgspec.Struct):
    """An entry has a sequence. A day has none: it comes again when a version of the standard is adopted on it."""

    day: date
    sequence: int | None = None
    adopted: tuple[msgspec.Raw, ...] = ()


_head = codec.decoder(_Head).decode


class Entries:
    """The entries of watched companies in their order: those that are gone as recomputed, the others as they stand."""

    def __init__(self, companies: Container[bytes]) -> None:
        self._companies = companies
        self.gone: dict[bytes, list[bytes]] = {}
        self.found: dict[bytes, list[Record]] = {}

    def stands(self, record: Record) -> None:
        if record.key and record.key in self._companies:
            self.found.setdefault(record.key, []).append(record)

    def is_gone(self, key: bytes, value: bytes | None) -> None:
        if key in self._companies:
            self.gone.setdefault(key, []).append(value or b"")


class Digest:
    """Of all partitions: that of `liancheng list digest`, and how many entries there are."""

    def __init__(self) -> None:
        self._prints: dict[bytes, bytes] = {}

    def add(self, kept: Kept) -> None:
        for key, found in kept.found.items():
            if key == topics.NEW_DAY_KEY:
                continue
            print_ = found[-1].fingerprint
            if key in kept.odd:
                print_ = self._as_read(kept, key, found[-1])
            self._prints[key] = print_

    def _as_read(self, kept: Kept, key: bytes, found: Found) -> bytes:
        """That of the entry as whoever reads the list sees it, though no fold has written it so."""
        record = kept.source.record((kept.topic, kept.partition, found.offset))
        try:
            return fingerprint(key, codec.encode(_entry(record.value or b""))) if record else found.fingerprint
        except ValueError:
            return found.fingerprint

    def write(self, report: Report) -> None:
        report.entries = len(self._prints)
        report.list_digest = hashlib.sha256(b"".join(print_ for _, print_ in sorted(self._prints.items()))).hexdigest()


def check(source: Source, report: Report, partition: int, entries: Entries, digest: Digest) -> None:
    """`lost`, `doubled change`, `wrong entry`, `entry from nowhere`, `out of order`."""
    kept = Kept(source, report, (TOPIC.name, partition), _number, NAMES, seen=entries.stands)
    unit = STAGE.open([(topics.PENALTIES.name, partition)])
    processed = source.processed(STAGE.name, topics.PENALTIES.name, partition)
    for record in source.records(topics.PENALTIES.name, partition):
        for output in followed(source, report, unit, record, processed):
            numbered = _numbered(output.key, output.value)
            if numbered.number < (kept.first_number(output.key) or 0):
                entries.is_gone(output.key, output.value)
            kept.expect(numbered, output.key, output.value, record.offset >= processed, at(*record[:3]))
    kept.finish()
    digest.add(kept)


def _number(record: Record) -> Numbered:
    return _numbered(record.key or b"", record.value)


def _numbered(key: bytes, value: bytes | None) -> Numbered:
    head = _head(value or b"")
    return Numbered(key, head.sequence or head.day.toordinal() * _ADOPTIONS_MAX + len(head.adopted))
