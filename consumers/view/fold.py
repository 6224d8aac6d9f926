"""What a batch of records changes in the screening view: pure, so that it can be repeated on another head."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from consumers.view.layout import USCC_BYTES, PartitionState, ViewHead
from liancheng import codec
from liancheng.errors import UndigestibleError
from liancheng.records import topics
from liancheng.records.entries import ListDay

_decode_day = codec.decoder(ListDay)


class ViewInput(NamedTuple):
    """A record of a partition; or, if `key` is None, the event that committed records end at `offset`."""

    partition: int
    offset: int
    timestamp_ms: int = 0
    key: bytes | None = None
    value: bytes | None = None


class EndsSample(NamedTuple):
    """The ends of all partitions, open transactions included, at an instant of Redis's clock or later."""

    at_ms: int
    ends: tuple[int, ...]


class Changes(NamedTuple):
    """The newest value of each USCC; None: its entry is deleted. And how many records were no entries."""

    entries: dict[bytes, bytes | None]
    undigestible: int = 0
    records: int = 0


def fold(head: ViewHead, inputs: Iterable[ViewInput], samples: Sequence[EndsSample] = ()) -> tuple[ViewHead, Changes]:
    """Returns the head after these inputs and samples, and what they change. Records before its offsets are skipped."""
    entries: dict[bytes, bytes | None] = {}
    parts, undigestible, records = list(head.parts), 0, 0
    ends: dict[int, tuple[int, int | None]] = {}  # offset and timestamp by partition: a head is costly to replace
    for partition, offset, timestamp_ms, key, value in inputs:
        end, _ = ends.get(partition, (parts[partition].offset, None))
        if key is None:
            ends[partition] = max(offset, end), ends.get(partition, (0, None))[1]
            continue
        if offset < end:
            continue
        records += 1
        ends[partition] = offset + 1, timestamp_ms
        if key == topics.NEW_DAY_KEY:
            if day := _day(value):
                parts[partition] = replace(parts[partition], day=day)
            else:
                undigestible += 1
        elif len(key) == USCC_BYTES:
            entries[key] = value
        else:
            undigestible += 1
    for partition, (offset, applied_ms) in ends.items():
        part = parts[partition]
        parts[partition] = replace(part, offset=offset, applied_ms=applied_ms or part.applied_ms)
    current = tuple(_current(part, number, samples) for number, part in enumerate(parts))
    return replace(head, parts=current), Changes(entries, undigestible, records)


def unreached(head: ViewHead, samples: Iterable[EndsSample]) -> list[EndsSample]:
    """Returns the samples whose ends some partition has not reached."""
    return [s for s in samples if any(offset < end for offset, end in zip(head.offsets, s.ends, strict=True))]


def _current(part: PartitionState, number: int, samples: Sequence[EndsSample]) -> PartitionState:
    """The last sample counts, even if Redis's clock was put back since the one before."""
    reached = [sample.at_ms for sample in samples if sample.ends[number] <= part.offset]
    return replace(part, current_ms=reached[-1]) if reached and reached[-1] != part.current_ms else part


def _day(value: bytes | None) -> date | None:
    try:
        record: ListDay = codec.read(_decode_day, value or b"", topics.SANCTION_LIST.name)
    except UndigestibleError:
        return None
    return record.day
