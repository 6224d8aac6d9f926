"""The records of one key as they are on the topic, packed, for there are millions."""

import struct
from typing import NamedTuple

_PACKED = struct.Struct("<qqq32s")


class ActualRecord(NamedTuple):
    number: int
    offset: int
    timestamp_ms: int
    fingerprint: bytes


class ActualRecords:
    """In the order of their offsets, which is that of their numbers unless something is wrong."""

    __slots__ = ("_indexes", "_packed")

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._indexes: dict[int, list[int]] | None = None  # by number; only if the numbers are out of order

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, index: int) -> ActualRecord:
        return ActualRecord._make(_PACKED.unpack(self._packed[index]))

    def append(self, record: ActualRecord) -> None:
        if self._packed and self._indexes is None and self[-1].number >= record.number:
            self._indexes = {}
            for index in range(len(self._packed)):
                self._indexes.setdefault(self[index].number, []).append(index)
        if self._indexes is not None:
            self._indexes.setdefault(record.number, []).append(len(self._packed))
        self._packed.append(_PACKED.pack(*record))

    def index_of(self, number: int, start: int) -> int | None:
        """Returns the first index from `start` on of a record with that number."""
        if self._indexes is not None:
            return next((index for index in self._indexes.get(number, ()) if index >= start), None)
        while start < len(self._packed) and self[start].number < number:
            start += 1
        return start if start < len(self._packed) and self[start].number == number else None

    def is_repeated(self, index: int) -> bool:
        """Whether a record before it has the same number."""
        return self._indexes is not None and self._indexes[self[index].number][0] < index
