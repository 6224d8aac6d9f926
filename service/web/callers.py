"""Who asks."""

from typing import NamedTuple

from liancheng.records.alerts import Scope


class Caller(NamedTuple):
    """A bank's program, known by its key. `rate`: requests a second that its bank may send."""

    bank: str
    key_id: str
    scopes: tuple[Scope, ...]
    rate: float
