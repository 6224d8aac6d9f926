"""How long work tells what it is doing: a function that takes one line."""

from collections.abc import Callable
from typing import TypeAlias

Say: TypeAlias = Callable[[str], None]


def silent(_line: str) -> None:
    """Says nothing."""
