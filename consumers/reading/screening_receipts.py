"""Reads a bank's receipts from their topic, so that a lost one can be restored."""

from collections.abc import Iterator
from itertools import chain

from liancheng import codec
from liancheng.records import topics
from liancheng.records.screening_receipts import ScreeningReceipt
from liancheng.settings import Settings
from transport import admin, tables

TOPIC = topics.SCREENING_RECEIPTS
_decode = codec.decoder(ScreeningReceipt)


def receipts(settings: Settings, bank: str) -> Iterator[ScreeningReceipt]:
    """Yields all receipts of a bank, the oldest first.

    Raises:
        WrongUseError: the bank is not registered.
        UnavailableError: no broker.
    """
    admin.require_bank(settings, bank)
    name = TOPIC.named(bank)
    for message in chain.from_iterable(tables.read_until(settings, tables.high_watermarks(settings, [(name, 0)]))):
        yield codec.read(_decode, message.value() or b"", f"{name}@{message.offset()}")
