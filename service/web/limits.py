"""How often a bank may send requests: a bucket of tokens for each, filled at its rate, as deep as one second of it."""

import time

from service.web.problems import Problem

ROWS_PER_TOKEN = 100  # rows of a book that cost as much as one request
LOOK_BACK_TOKENS = 50  # a look back reads a partition of the log from its beginning


class Limits:
    """The buckets of one process. Not for several threads."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens left, and when that was

    def charge(self, bank: str, rate: float, cost: float = 1) -> None:
        """Takes `cost` tokens. An expensive request may run into debt, which later ones wait for.

        Args:
            bank: whose bucket.
            rate: tokens a second; the bucket holds as many, but at least one.
            cost: 1 for a request.

        Raises:
            Problem: too-many-requests, with the seconds to wait.
        """
        left, now = self._filled(bank, rate)
        if left < 1:
            self._buckets[bank] = left, now
            raise Problem(
                "too-many-requests", f"{rate:g} requests a second are allowed", retry_after_s=(1 - left) / rate
            )
        self._buckets[bank] = left - cost, now

    def wait_s(self, bank: str, rate: float, cost: float) -> float:
        """Takes tokens, even those that are not there yet, and returns the seconds to wait in exchange."""
        left, now = self._filled(bank, rate)
        self._buckets[bank] = left - cost, now
        return max((cost - left) / rate, 0.0)

    def _filled(self, bank: str, rate: float) -> tuple[float, float]:
        now = time.monotonic()
        depth = max(rate, 1.0)
        left, since = self._buckets.get(bank, (depth, now))
        return min(depth, left + (now - since) * rate), now
