"""Answers from the view's bytes, and their receipts."""

import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256 as _sha256

from msgspec.structs import replace

from consumers.reading.signatures import Signer
from consumers.view.position import Position
from consumers.view.reader import entry_of
from liancheng.answers import screening_answers
from liancheng.answers.screening_answers import Company
from liancheng.records.screening_receipts import Asked, EntryProof, ListPosition, ScreeningReceipt, canonical, number
from service.engines.callers import Caller
from service.engines.receipt_log import ReceiptLog


def company_of(uscc: str, raw: bytes | None, standard: str) -> Company:
    """Returns a company from the bytes of its entry (None: it has none)."""
    if raw is None:
        return screening_answers.company(uscc, None, None, standard)
    return screening_answers.company(uscc, entry_of(uscc, raw), _sha256(raw).hexdigest(), standard)


def position_of(position: Position) -> ListPosition:
    """The position as answers carry it. The view was found fresh, so its age is known."""
    return ListPosition(
        age_s=number(round(position.age_s or 0.0, 3)), offsets=position.offsets, complete_to=position.complete_to
    )


class Receipts:
    """Signs receipts and hands them to the log."""

    def __init__(self, signer: Signer, log: ReceiptLog) -> None:
        self._signer = signer
        self._log = log

    def make(
        self,
        caller: Caller,
        asked: Asked,
        answer_sha256: str,
        standard: str,
        position: ListPosition | None,
        *,
        entries: Iterable[EntryProof | None] = (),
    ) -> bytes:
        """Returns a signed receipt as JSON. Raises UnavailableError if receipts cannot be kept."""
        receipt = ScreeningReceipt(
            id=f"{time.time_ns() // 1_000_000:011x}{os.urandom(10).hex()}",
            bank=caller.bank,
            key_id=caller.key_id,
            asked=asked,
            answered_at=datetime.now(UTC),
            answer_sha256=answer_sha256,
            standard=standard,
            signed_by=self._signer.id,
            position=position,
            entries=tuple(entry for entry in entries if entry),
        )
        unsigned = canonical(receipt)
        # what is signed has no signature in it; in the order of keys it stands before `signed_by`
        before, mark, after = unsigned.rpartition(b'"signed_by":')
        signature = self._signer.signature(unsigned)
        self._log.put(replace(receipt, signature=signature))
        return b'%b"signature":"%b",%b%b' % (before, signature.encode(), mark, after)


def with_receipt(answer: bytes, receipt: bytes) -> bytes:
    """Returns the body: an answer's object with the receipt as its last member."""
    return b'%b,"receipt":%b}' % (answer[:-1], receipt)
