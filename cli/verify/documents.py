"""What agencies sent, compared with receipts and `penalties`, document by document."""

import hashlib
from datetime import datetime
from typing import NamedTuple

import msgspec

from cli.verify.clocks import Clocks
from cli.verify.comparison import Comparison, Names, Numbered
from cli.verify.fold import outputs_of
from cli.verify.penalties import Penalties
from cli.verify.report import Report, at, fingerprint
from cli.verify.source import Source
from liancheng import codec
from liancheng.records import topics
from liancheng.records.facts import Receipt
from stream_apps.stage import Output, Record, Unit
from stream_apps.standardise import Standardise

NAMES = Names("missing receipt", "doubled receipt", "wrong receipt", "receipt from nowhere")
STAGE = Standardise()
_receipt = codec.decoder(Receipt).decode


class _Submission(msgspec.Struct):
    offset: int
    accepted_at: datetime


class _ReceiptHead(msgspec.Struct):
    submission: _Submission


_head = codec.decoder(_ReceiptHead).decode


def check(source: Source, report: Report) -> None:
    """Reports `missing`, `doubled` and `wrong receipt`, `receipt from nowhere`; of penalties see `penalties.py`."""
    shared = _Shared(source, report, Penalties(source, report), Clocks(source))
    for province in source.provinces:
        for partition in range(topics.PENALTY_EVENTS.partitions):
            _Partition(shared, province, partition).check()
    shared.penalties.finish()


class _Shared(NamedTuple):
    source: Source
    report: Report
    penalties: Penalties
    clocks: Clocks


class _Partition:
    """One partition of a province's events, and that of its receipts."""

    def __init__(self, shared: _Shared, province: str, partition: int) -> None:
        self.source, self.report, self.penalties, self.clocks = shared
        self.events = (topics.PENALTY_EVENTS.named(province), partition)
        self.accepted_at: dict[int, datetime] = {}  # by the event's offset, if its receipt is left
        self.receipts = Comparison(
            self.source, self.report, (topics.RECEIPTS.named(province), partition), self._number, NAMES
        )
        self.unit: Unit = STAGE.open([self.events])
        self._last: datetime | None = None

    def _number(self, record: Record) -> Numbered:
        submission = _head(record.value or b"").submission
        self.accepted_at.setdefault(submission.offset, submission.accepted_at)
        return Numbered(record.key or b"", submission.offset)

    def check(self) -> None:
        tally, keys, digest = self.report.of(self.events[0]), set(), hashlib.sha256()
        processed = self.source.processed(STAGE.name, *self.events)
        for event in self.source.records(*self.events):
            keys.add(event.key)
            digest.update(fingerprint(event.key, event.value))
            tally.records += 1
            tally.checked += 1
            self._expect(event, processed)
        self.receipts.finish()
        tally.keys += len(keys)
        tally.partitions.append(digest.digest())

    def _expect(self, event: Record, processed: int) -> None:
        now = self.accepted_at.get(event.offset) or self._remembered(event)
        self._last = now
        in_flight, origin = event.offset >= processed, at(*event[:3])
        for output in outputs_of(self.source, self.report, self.unit, event, processed, now=now):
            if output.topic == topics.PENALTIES.name:
                self.penalties.expect(output, in_flight, origin)
            else:
                numbered = Numbered(event.key or b"", event.offset)
                self.receipts.expect(numbered, output.key, output.value, in_flight, origin)

    def _remembered(self, event: Record) -> datetime:
        """When an event without a receipt was accepted: as the fact says which it became.

        What became no fact depends on the clock only by its day; the events of a partition are taken in their order.
        """
        guess = max(self._last, event.instant()) if self._last else event.instant()
        out: list[Output] = []
        self.unit.fold(event, guess, out)
        self.unit.rollback()
        submission = _receipt(out[0].value or b"").submission
        return self.clocks.accepted_at(submission.event_id, submission.submitted_at) or guess
