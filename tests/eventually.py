"""Waiting for what another process does, without sleeping for a guess."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(check: Callable[[], T], timeout_s: float = 10.0, every_s: float = 0.05, what: str = "") -> T:
    """Calls `check` until it returns something true without raising, and returns that.

    Raises:
        AssertionError: it did not within `timeout_s`; the message has what was last returned or raised.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            value = check()
        except Exception as error:
            cause: Exception | None = error
            last = f"raised {type(error).__name__}: {error}"
        else:
            if value:
                return value
            cause, last = None, f"returned {value!r}"
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s:g} s: {what or check!r}; it last {last}") from cause
        time.sleep(every_s)
