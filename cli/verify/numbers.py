"""`alerts.<bank>` and `dispatch-state` against the numbering of `alerts`."""

import hashlib
import struct
from collections import defaultdict
from typing import NamedTuple

import msgspec

from cli.verify.folding import followed
from cli.verify.kept import GARBLED, Kept, Names, Numbered
from cli.verify.report import Difference, Report, at, fingerprint
from cli.verify.source import Source
from liancheng import codec
from liancheng.records import topics
from liancheng.records.alerts import BankState
from stream_apps.dispatch import Dispatch
from stream_apps.stage import Output, Record

NAMES = Names("missing number", "doubled number", "wrong bank alert", "bank alert from nowhere")
STATE_NAMES = Names("lost state", "doubled state", "wrong state", "state from nowhere")
STAGE = Dispatch()
TOPIC = topics.ALERTS
_PACKED = struct.Struct("<iq32s")
_state = codec.decoder(BankState).decode


class _Head(msgspec.Struct):
    uscc: str
    bank: str
    id: str
    number: int = 0


_head = codec.decoder(_Head).decode


class Alerted(NamedTuple):
    """Where an alert stands on `alerts`, and the digest of its value."""

    partition: int
    offset: int
    fingerprint: bytes


class Told:
    """The alerts of each watch (`<uscc>/<bank>`) in their order: packed, for there are millions."""

    def __init__(self) -> None:
        self._on: dict[int, dict[bytes, list[bytes]]] = defaultdict(dict)

    def add(self, head: _Head, record: Record) -> None:
        company = head.uscc.encode()
        partition = codec.murmur2_partition(company, topics.SANCTION_LIST.partitions)
        alerted = _PACKED.pack(record.partition, record.offset, fingerprint(b"", record.value))
        self._on[partition].setdefault(company + b"/" + head.bank.encode(), []).append(alerted)

    def on(self, partition: int) -> dict[bytes, list[Alerted]]:
        """Those of the companies of one partition of the list."""
        return {
            key: [Alerted._make(_PACKED.unpack(one)) for one in packed] for key, packed in self._on[partition].items()
        }


def check(source: Source, report: Report) -> Told:
    """`missing`, `doubled number`, `wrong bank alert`, `bank alert from nowhere`, and the same of the state.

    Returns:
        The alerts by watch, for whoever compares them with the list.
    """
    told = Told()
    banks = {bank: _bank(source, report, bank) for bank in source.banks}
    for partition in range(TOPIC.partitions):
        _check_partition(source, report, partition, banks, told)
    for kept in banks.values():
        kept.finish()
    return told


def _bank(source: Source, report: Report, bank: str) -> Kept:
    return Kept(source, report, (topics.BANK_ALERTS.named(bank), 0), _numbered_alert, NAMES)


def _check_partition(source: Source, report: Report, partition: int, banks: dict[str, Kept], told: Told) -> None:
    tally, keys, digest = report.of(TOPIC.name), set(), hashlib.sha256()
    place = (topics.DISPATCH_STATE.name, partition)
    states = Kept(source, report, place, _numbered_state, STATE_NAMES)
    unit, processed = STAGE.open([(TOPIC.name, partition)]), source.processed(STAGE.name, TOPIC.name, partition)
    for record in source.records(TOPIC.name, partition):
        tally.records += 1
        keys.add(record.key)
        digest.update(fingerprint(record.key, record.value))
        try:
            told.add(_head(record.value or b""), record)
        except GARBLED as error:
            _unreadable(report, record, error)
        for output in followed(source, report, unit, record, processed):
            kept = states if output.topic == topics.DISPATCH_STATE.name else _of_bank(source, report, banks, output)
            numbered = _numbered_output(output)
            kept.expect(numbered, output.key, output.value, record.offset >= processed, at(*record[:3]))
    states.finish()
    tally.keys += len(keys)
    tally.partitions.append(digest.digest())


def _of_bank(source: Source, report: Report, banks: dict[str, Kept], output: Output) -> Kept:
    """That of a bank, even if its topic is not there."""
    bank = output.topic.removeprefix(topics.BANK_ALERTS.prefix)
    if bank not in banks:
        banks[bank] = _bank(source, report, bank)
    return banks[bank]


def _unreadable(report: Report, record: Record, error: Exception) -> None:
    place, subject = at(*record[:3]), (record.key or b"").decode(errors="replace")
    report.add(Difference(name="unreadable record", topic=TOPIC.name, place=place, subject=subject, found=str(error)))


def _numbered_output(output: Output) -> Numbered:
    if output.topic == topics.DISPATCH_STATE.name:
        return Numbered(output.key, _state(output.value or b"").last_number)
    return _of_alert(output.value)


def _numbered_alert(record: Record) -> Numbered:
    return _of_alert(record.value)


def _of_alert(value: bytes | None) -> Numbered:
    """A bank's alerts lie by USCC, but are numbered by bank."""
    head = _head(value or b"")
    return Numbered(head.bank.encode(), head.number)


def _numbered_state(record: Record) -> Numbered:
    return Numbered(record.key or b"", _state(record.value or b"").last_number)
