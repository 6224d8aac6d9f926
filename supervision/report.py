"""How long work reports its progress: a function that takes one line."""

from collections.abc import Callable
from typing import TypeAlias

Report: TypeAlias = Callable[[str], None]


def silent(_line: str) -> None:
    """Reports nothing."""
