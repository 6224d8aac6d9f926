"""When an event was accepted whose receipt is gone: facts have it, on `penalties` and in the newest receipts."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from cli.verify.source import Source
from liancheng import codec
from liancheng.records import topics
from liancheng.records.facts import Document, Fact, MonthReport, Penalty, Receipt

_penalty = codec.decoder(Penalty).decode
_receipt = codec.decoder(Receipt).decode


class Clocks:
    """Reads nothing before the first question: a system younger than a week has none."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def accepted_at(self, event_id: str, submitted_at: datetime) -> datetime | None:
        """When the event was accepted; None if no fact says so."""
        return self._known.get(_name(event_id, submitted_at))

    @cached_property
    def _known(self) -> dict[bytes, datetime]:
        return {
            _name(fact.event_id, fact.submitted_at): fact.accepted_at
            for document in self._documents()
            for fact in _facts(document)
        }

    def _documents(self) -> Iterator[Document | MonthReport]:
        for partition in range(topics.PENALTIES.partitions):
            for record in self._source.records(topics.PENALTIES.name, partition):
                try:
                    penalty = _penalty(record.value or b"")
                except ValueError:  # reported when penalties are compared
                    continue
                if isinstance(penalty, Document):
                    yield penalty
        for province in self._source.provinces:
            yield from self._waiting(province)

    def _waiting(self, province: str) -> Iterator[Document | MonthReport]:
        """Months, and documents whose decision has not come: only receipts have them."""
        for partition in range(topics.RECEIPTS.partitions):
            for record in self._source.records(topics.RECEIPTS.named(province), partition):
                try:
                    document = _receipt(record.value or b"").document
                except ValueError:
                    continue
                if isinstance(document, MonthReport) or (document and document.decision is None):
                    yield document


def _facts(document: Document | MonthReport) -> Iterator[Fact]:
    for name in document.__struct_fields__:
        value = getattr(document, name)
        if isinstance(value, Fact):
            yield value


def _name(event_id: str, submitted_at: datetime) -> bytes:
    return hashlib.sha256(f"{event_id}@{submitted_at.timestamp()}".encode()).digest()[:16]
