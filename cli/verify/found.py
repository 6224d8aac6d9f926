"""The records of one key as they were found: packed, for there are millions."""

import struct
from typing import NamedTuple

_PACKED = struct.Struct("<qqq32s")


class Found(NamedTuple):
    number: int
    offset: int
    timestamp_ms: int
    fingerprint: bytes


class FoundRecords:
    """In the order of their offsets, which is that of their numbers unless something is wrong."""

    __slots__ = ("_packed", "_places")

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._places: dict[int, list[int]] | None = None  # of each number; only where they are not in order

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, at: int) -> Found:
        return Found._make(_PACKED.unpack(self._packed[at]))

    def append(self, found: Found) -> None:
        if self._packed and self._places is None and self[-1].number >= found.number:
            self._places = {}
            for at in range(len(self._packed)):
                self._places.setdefault(self[at].number, []).append(at)
        if self._places is not None:
            self._places.setdefault(found.number, []).append(len(self._packed))
        self._packed.append(_PACKED.pack(*found))

    def where(self, number: int, start: int) -> int | None:
        """The first place from `start` on of the record of that number."""
        if self._places is not None:
            return next((at for at in self._places.get(number, ()) if at >= start), None)
        while start < len(self._packed) and self[start].number < number:
            start += 1
        return start if start < len(self._packed) and self[start].number == number else None

    def is_again(self, at: int) -> bool:
        """Whether one of the same number stands before it."""
        return self._places is not None and self._places[self[at].number][0] < at
