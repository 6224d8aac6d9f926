"""Other processes as tests see them."""

from collections.abc import Iterable

from supervision.processes import birth


def all_gone(pids: Iterable[int | None]) -> bool:
    """Whether none of these processes still runs."""
    return not [pid for pid in pids if pid and birth(pid)]
