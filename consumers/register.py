"""The register of subscribing banks."""

import re
from itertools import chain

from liancheng import codec, topics
from liancheng.alerts import Bank
from liancheng.errors import WrongUseError
from liancheng.settings import Settings
from transport import admin, tables
from transport.clients import require_broker
from transport.writing import Record, write

SOURCE = b"/banks"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_decode = codec.decoder(Bank)


def check_id(text: str) -> str:
    """A bank's id. No dot: names of topics and prefixes of rights end in one.

    Raises:
        WrongUseError: it cannot be one.
    """
    if not _ID.fullmatch(text):
        raise WrongUseError(
            f"found the bank id {text!r}, expected 2 to 32 lower-case letters, digits or '-', a letter or digit first, "
            "such as bank-a"
        )
    return text


def add_bank(settings: Settings, id_: str, name: str | None = None) -> tuple[Bank, bool]:
    """Make the bank's topic, then put it on the register (in this order: who reads the register finds the topic).

    Args:
        name: None keeps the name it has, or makes it the id.

    Returns:
        The bank as it stands now, and whether anything had to be made or written.
    """
    made = admin.add_bank_topic(settings, check_id(id_))
    known = {bank.id: bank for bank in banks(settings)}.get(id_)
    bank = Bank(id=id_, name=name or (known.name if known else id_))
    if bank == known:
        return bank, made
    headers = codec.headers("bank", SOURCE, f"{id_}/{codec.digest(bank)}")
    write(settings, [Record(topics.BANKS.name, id_.encode(), codec.encode(bank), headers, 0)])
    return bank, True


def banks(settings: Settings) -> tuple[Bank, ...]:
    """The banks on the register, by id."""
    require_broker(settings)
    ends = tables.high_watermarks(settings, [(topics.BANKS.name, 0)])
    newest: dict[bytes, bytes | None] = {}
    for message in chain.from_iterable(tables.read_until(settings, ends)):
        newest[message.key() or b""] = message.value()
    return tuple(codec.read(_decode, raw, topics.BANKS.name) for _, raw in sorted(newest.items()) if raw is not None)
