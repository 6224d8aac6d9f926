"""`alerts.<bank>` and `dispatch-state` compared with the numbering of `alerts`."""

import hashlib
import struct
from collections import defaultdict
from typing import NamedTuple

import msgspec

from cli.verify.comparison import GARBLED, Comparison, Names, Numbered
from cli.verify.fold import outputs_of
from cli.verify.report import Report, at, fingerprint
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


class _AlertHead(msgspec.Struct):
    uscc: str
    bank: str
    id: str
    number: int = 0


_head = codec.decoder(_AlertHead).decode


class StoredAlert(NamedTuple):
    """The place of an alert on `alerts`, and the digest of its value."""

    partition: int
    offset: int
    fingerprint: bytes


class AlertsByWatch:
    """The alerts of each watch (`<uscc>/<bank>`) in their order, packed, for there are millions."""

    def __init__(self) -> None:
        self._packed: dict[int, dict[bytes, list[bytes]]] = defaultdict(dict)  # by partition of the list

    def add(self, head: _AlertHead, record: Record) -> None:
        company = head.uscc.encode()
        partition = codec.murmur2_partition(company, topics.SANCTION_LIST.partitions)
        packed = _PACKED.pack(record.partition, record.offset, fingerprint(b"", record.value))
        self._packed[partition].setdefault(company + b"/" + head.bank.encode(), []).append(packed)

    def of_partition(self, partition: int) -> dict[bytes, list[StoredAlert]]:
        """The alerts of the companies of one partition of the list."""
        return {
            key: [StoredAlert._make(_PACKED.unpack(packed)) for packed in alerts]
            for key, alerts in self._packed[partition].items()
        }


def check(source: Source, report: Report) -> AlertsByWatch:
    """Reports `missing` and `doubled number`, `wrong bank alert`, `bank alert from nowhere`, and the same of the state.

    Returns:
        The alerts by watch, to be compared with the list.
    """
    alerts = AlertsByWatch()
    banks = {bank: _bank(source, report, bank) for bank in source.banks}
    for partition in range(TOPIC.partitions):
        _check_partition(source, report, partition, banks, alerts)
    for comparison in banks.values():
        comparison.finish()
    return alerts


def _bank(source: Source, report: Report, bank: str) -> Comparison:
    return Comparison(source, report, (topics.BANK_ALERTS.named(bank), 0), _numbered_alert, NAMES)


def _check_partition(
    source: Source, report: Report, partition: int, banks: dict[str, Comparison], alerts: AlertsByWatch
) -> None:
    tally, keys, digest = report.of(TOPIC.name), set(), hashlib.sha256()
    place = (topics.DISPATCH_STATE.name, partition)
    states = Comparison(source, report, place, _numbered_state, STATE_NAMES)
    unit, processed = STAGE.open([(TOPIC.name, partition)]), source.processed(STAGE.name, TOPIC.name, partition)
    for record in source.records(TOPIC.name, partition):
        tally.records += 1
        keys.add(record.key)
        digest.update(fingerprint(record.key, record.value))
        try:
            alerts.add(_head(record.value or b""), record)
        except GARBLED as error:
            report.add_record("unreadable record", record, found=str(error))
        for output in outputs_of(source, report, unit, record, processed):
            is_state = output.topic == topics.DISPATCH_STATE.name
            comparison = states if is_state else _comparison_of(source, report, banks, output)
            in_flight = record.offset >= processed
            comparison.expect(_numbered_output(output), output.key, output.value, in_flight, at(*record[:3]))
    states.finish()
    tally.keys += len(keys)
    tally.partitions.append(digest.digest())


def _comparison_of(source: Source, report: Report, banks: dict[str, Comparison], output: Output) -> Comparison:
    """That of a bank, even if its topic does not exist."""
    bank = output.topic.removeprefix(topics.BANK_ALERTS.prefix)
    if bank not in banks:
        banks[bank] = _bank(source, report, bank)
    return banks[bank]


def _numbered_output(output: Output) -> Numbered:
    if output.topic == topics.DISPATCH_STATE.name:
        return Numbered(output.key, _state(output.value or b"").last_number)
    return _of_alert(output.value)


def _numbered_alert(record: Record) -> Numbered:
    return _of_alert(record.value)


def _of_alert(value: bytes | None) -> Numbered:
    """A bank's alerts have the USCC as their key, but are numbered by bank."""
    head = _head(value or b"")
    return Numbered(head.bank.encode(), head.number)


def _numbered_state(record: Record) -> Numbered:
    return Numbered(record.key or b"", _state(record.value or b"").last_number)
