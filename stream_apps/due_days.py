"""The days on which a partition's companies are due, in order."""

import heapq
from collections.abc import Iterable
from datetime import date


class DueDays:
    """An index of due days. An entry that has changed since stays in it: being due twice changes nothing."""

    def __init__(self) -> None:
        self._heap: list[tuple[date, bytes]] = []
        self.complete = True  # False: built when the first day passes, since a restore need not decode every entry

    def build(self, due: Iterable[tuple[date | None, bytes]]) -> None:
        self._heap = [(day, key) for day, key in due if day]
        heapq.heapify(self._heap)
        self.complete = True

    def add(self, day: date, key: bytes) -> None:
        heapq.heappush(self._heap, (day, key))

    def until(self, day: date) -> set[bytes]:
        """Returns the keys due on that day or before. They stay in the index until `drop`."""
        due = []
        while self._heap and self._heap[0][0] <= day:
            due.append(heapq.heappop(self._heap))
        for item in due:
            heapq.heappush(self._heap, item)
        return {key for _, key in due}

    def drop(self, day: date) -> None:
        while self._heap and self._heap[0][0] <= day:
            heapq.heappop(self._heap)
