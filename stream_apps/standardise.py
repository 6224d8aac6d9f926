"""standardise: one state per document. Validates, normalises and orders revisions; answers each event with a receipt.

Reads every `penalty-events.<province>`, writes that province's `receipts` (its table) and `penalties`.
"""

from collections.abc import Hashable, Iterable
from datetime import datetime

from liancheng import codec
from liancheng.intake import documents
from liancheng.records import topics
from liancheng.records.facts import Document, DocumentMoved, Receipt
from liancheng.standard import citations
from stream_apps.stage import Output, Place, Record, StoreUnit, Table

PREFIX = topics.PENALTY_EVENTS.prefix


class Documents(StoreUnit[Receipt]):
    """The documents of one partition of one province, kept as their last receipts."""

    def __init__(self, province: str) -> None:
        super().__init__(codec.decoder(Receipt))
        self.province = province
        self.receipts_topic = topics.RECEIPTS.named(province)
        self.source = f"/standardise/{province}".encode()

    def fold(self, record: Record, now: datetime, out: list[Output]) -> None:
        key = record.key or b""
        known = self.store.get(key)
        place = documents.EventPosition(
            self.province, key.decode(errors="replace"), record.partition, record.offset, record.instant()
        )
        folded = documents.fold(known.document if known else None, record.value, place, now)
        submission = folded.receipt.submission
        raw = self.store.put(key, folded.receipt)
        headers = codec.headers("receipt", self.source, f"{submission.event_id}@{record.partition}:{record.offset}")
        out.append(Output(self.receipts_topic, key, raw, headers, record.partition))
        for uscc, penalty in folded.penalties:
            out.append(self._penalty(uscc, penalty))

    def _penalty(self, uscc: str, penalty: Document | DocumentMoved) -> Output:
        type_ = "document" if isinstance(penalty, Document) else "document_moved"
        headers = codec.headers(type_, self.source, f"{penalty.id}/v{penalty.version}")
        return Output(topics.PENALTIES.name, uscc.encode(), codec.encode(penalty), headers)


class Standardise:
    name = "standardise"
    inputs = (f"^{PREFIX.replace('.', '[.]')}.*",)

    def __init__(self) -> None:
        # Loads the tables now rather than with the first event: 100 ms.
        citations.parse("《中华人民共和国水污染防治法》第八十三条第三项")

    def unit_of(self, place: Place) -> Hashable:
        return place

    def tables(self, places: Iterable[Place]) -> tuple[Table, ...]:
        return tuple(
            Table((topics.RECEIPTS.named(topic.removeprefix(PREFIX)), partition), own=True)
            for topic, partition in places
        )

    def open(self, places: Iterable[Place]) -> Documents:
        ((topic, _),) = places
        return Documents(topic.removeprefix(PREFIX))
