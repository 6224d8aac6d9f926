"""A bank's book of watches on its topic."""

from collections.abc import Callable, Iterator
from itertools import chain

from consumers.watchlist import Difference
from liancheng import codec, topics
from liancheng.alerts import Watch
from liancheng.settings import Settings
from transport import tables
from transport.writing import Record, write

TOPIC = topics.WATCHLISTS
_decode = codec.decoder(Watch)


def read(settings: Settings, bank: str) -> dict[str, Watch]:
    """The bank's watches as they stand, by USCC."""
    ends = tables.high_watermarks(settings, [(TOPIC.name, partition) for partition in range(TOPIC.partitions)])
    of_bank = b"/" + bank.encode()
    newest: dict[bytes, bytes | None] = {}
    for message in chain.from_iterable(tables.read_until(settings, ends)):
        key = message.key() or b""
        if key.endswith(of_bank):
            newest[key] = message.value()
    watches = (codec.read(_decode, raw, TOPIC.name) for raw in newest.values() if raw is not None)
    return {watch.uscc: watch for watch in watches}


def apply(settings: Settings, bank: str, difference: Difference, written: Callable[[], None] = lambda: None) -> None:
    """Write what is different; `written` is called for each watch that the broker has."""
    write(settings, records(bank, difference), written)


def records(bank: str, difference: Difference) -> Iterator[Record]:
    """What is written for a difference: a watch, or the tombstone that ends one."""
    for watch in chain(difference.added, difference.changed):
        yield _record(bank, watch.uscc, codec.encode(watch), "watch", codec.digest(watch))
    for uscc in difference.removed:
        yield _record(bank, uscc, None, "watch_ended", "ended")


def _record(bank: str, uscc: str, value: bytes | None, type_: str, what: str) -> Record:
    """A watch lies with its company, not where its own key would put it: alerting joins it with the entry there."""
    key = f"{uscc}/{bank}"
    partition = codec.murmur2_partition(uscc.encode(), TOPIC.partitions)
    headers = codec.headers(type_, f"/banks/{bank}".encode(), f"{key}/{what}")
    return Record(TOPIC.name, key.encode(), value, headers, partition)
