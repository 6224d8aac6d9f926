"""The streams that are open: how many a bank has, and that they end when the service stops."""

import asyncio
from collections import Counter

from prometheus_client import Counter as Count
from prometheus_client import Gauge

from service.web.problems import Problem

OPEN = Gauge("liancheng_api_streams", "Streams of alerts that are open.")
ENDED = Count(
    "liancheng_api_streams_ended", "Streams that the service ended, by reason. slow: the listener did not keep up.",
    ("why",),
)  # fmt: skip


class Listeners:
    """Those of one process."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self._open: Counter[str] = Counter()

    def end(self) -> None:
        """The service stops: no listener waits any more."""
        self.stopping.set()

    def take(self, bank: str, limit: int) -> None:
        """Count one more; `give_back` it at its end.

        Raises:
            Problem: the bank has as many as it may.
        """
        if self._open[bank] >= limit:
            detail = f"this bank has {limit} streams open already"
            raise Problem("too-many-streams", detail, {"Retry-After": "5"}, limit=limit)
        self._open[bank] += 1
        OPEN.inc()

    def give_back(self, bank: str) -> None:
        self._open[bank] -= 1
        OPEN.dec()
