"""Reads the joint-sanction list from its topic: one subject's entry, or the whole current list."""

import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from liancheng import codec
from liancheng.records import topics
from liancheng.records.entries import LEVELS, Entry, Level, ListDay, ListRecord
from liancheng.settings import Settings
from transport import tables
from transport.clients import require_broker

TOPIC = topics.SANCTION_LIST
_decode = codec.decoder(ListRecord)


@dataclass(frozen=True)
class SanctionList:
    """The newest entries by USCC, and the day up to which every partition read is complete (None: not yet)."""

    entries: Mapping[str, Entry]
    complete_to: date | None

    def sorted(self, levels: Iterable[Level] = LEVELS) -> tuple[Entry, ...]:
        """Returns the entries of these levels, in the order of their USCCs."""
        chosen = set(levels)
        return tuple(entry for _, entry in sorted(self.entries.items()) if entry.level in chosen)

    def counts(self) -> dict[Level, int]:
        """Returns how many entries each level has."""
        counts = Counter(entry.level for entry in self.entries.values())
        return {level: counts[level] for level in LEVELS}

    def digest(self) -> str:
        """Returns SHA-256, hex: equal lists have equal digests, whatever the order and number of their records."""
        return digest_of(entry for _, entry in sorted(self.entries.items()))


def digest_of(entries: Iterable[Entry]) -> str:
    """Returns the digest of entries in the order of their USCCs. It is over their own digests: all entries together
    need not fit into memory."""
    sha = hashlib.sha256()
    for entry in entries:
        sha.update(hashlib.sha256(entry.uscc.encode() + b"\0" + codec.encode(entry)).digest())
    return sha.hexdigest()


Newest = Mapping[tuple[int, bytes], bytes]  # value by partition and key


def assemble(newest: Newest, partitions: Iterable[int]) -> SanctionList:
    """Returns the list from the newest record of each key of these partitions.

    Raises:
        UndigestibleError: a record is no entry.
    """
    entries: dict[str, Entry] = {}
    days: dict[int, date] = {}
    for (partition, _), raw in newest.items():
        record = codec.read(_decode, raw, f"{TOPIC.name}[{partition}]")
        if isinstance(record, ListDay):
            days[partition] = record.day
        else:
            entries[record.uscc] = record
    wanted = set(partitions)
    return SanctionList(entries, min(days.values()) if wanted and wanted == set(days) else None)


def read_list(settings: Settings) -> SanctionList:
    """Returns the whole current list."""
    return _read(settings, range(TOPIC.partitions))


def read_entry(settings: Settings, uscc: str) -> tuple[Entry | None, date | None]:
    """Returns the entry of a valid USCC (None: it has none), and the day up to which its partition is complete.

    Reads only the partition of the USCC.
    """
    key = uscc.encode()
    partition = codec.murmur2_partition(key, TOPIC.partitions)
    part = _read(settings, [partition], {key, topics.NEW_DAY_KEY})
    return part.entries.get(uscc), part.complete_to


def _read(settings: Settings, partitions: Sequence[int], keys: Container[bytes] | None = None) -> SanctionList:
    require_broker(settings)
    newest = tables.newest(settings, TOPIC.name, partitions, lambda key: keys is None or key in keys)
    return assemble(newest, partitions)
