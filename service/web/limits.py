"""How often one bank may ask: a bucket of tokens for each, filled at its rate, as deep as one second of it."""

import math
import time

from service.web.problems import Problem


class Limits:
    """The buckets of one process. Not for several threads."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens left, when that was

    def charge(self, bank: str, rate: float, cost: float = 1) -> None:
        """Take `cost` tokens. Dear requests may run into debt, which later ones wait for.

        Args:
            bank: whose bucket.
            rate: tokens a second; the bucket holds as many, but at least one.
            cost: 1 for a request.

        Raises:
            Problem: too-many-requests, with the seconds to wait.
        """
        now = time.monotonic()
        depth = max(rate, 1.0)
        left, since = self._buckets.get(bank, (depth, now))
        left = min(depth, left + (now - since) * rate)
        if left < 1:
            self._buckets[bank] = left, now
            seconds = math.ceil((1 - left) / rate)
            detail = f"{rate:g} requests a second are allowed"
            raise Problem("too-many-requests", detail, {"Retry-After": str(max(seconds, 1))})
        self._buckets[bank] = left - cost, now

    def wait_s(self, bank: str, rate: float, cost: float) -> float:
        """Take tokens that are not there yet, too, and say for how many seconds to wait in return."""
        now = time.monotonic()
        depth = max(rate, 1.0)
        left, since = self._buckets.get(bank, (depth, now))
        left = min(depth, left + (now - since) * rate) - cost
        self._buckets[bank] = left, now
        return max(-left / rate, 0.0)
