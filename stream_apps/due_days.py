"""Which subjects time will touch, and when."""

import heapq
from datetime import date


class DueDays:
    """On which day which subject is due. Entries that have changed since are left in: being due twice does no harm."""

    def __init__(self) -> None:
        self._heap: list[tuple[date, bytes]] = []

    def add(self, day: date, key: bytes) -> None:
        heapq.heappush(self._heap, (day, key))

    def until(self, day: date) -> set[bytes]:
        """Keys due on that day or before, which stay on the list until `drop`."""
        popped = []
        while self._heap and self._heap[0][0] <= day:
            popped.append(heapq.heappop(self._heap))
        for item in popped:
            heapq.heappush(self._heap, item)
        return {key for _, key in popped}

    def drop(self, day: date) -> None:
        while self._heap and self._heap[0][0] <= day:
            heapq.heappop(self._heap)
