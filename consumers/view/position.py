"""How old the screening view is and how far it reaches: part of every answer from it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from consumers.view.layout import ViewHead
from liancheng.errors import UnavailableError


class StaleViewError(UnavailableError):
    """The view is not filled, or older than allowed: no answer is better than an old one.

    age_s: seconds; None if it has not been filled to the end yet. limit_s: what is allowed.
    rebuilding: it is being filled from the beginning, so entries may be missing.
    """

    def __init__(self, text: str, age_s: float | None, limit_s: float, rebuilding: bool) -> None:
        super().__init__(text)
        self.age_s = age_s
        self.limit_s = limit_s
        self.rebuilding = rebuilding


@dataclass(frozen=True)
class Position:
    """How far the view is.

    generation: names one filling; None if nothing has been filled.
    offsets: by partition of `sanction-list`; all committed records before them are in the view.
    complete_to: the list is complete up to this day (None: not known yet).
    applied_at: when the newest record in it was written.
    age_s: seconds since the view held all that was on the topic, open transactions included; None: never yet, or
        Redis's clock was put back.
    rebuilding: entries may be missing.
    progress: share of the records that a rebuild has applied, 0 to 1.
    """

    generation: str | None
    offsets: tuple[int, ...]
    complete_to: date | None
    applied_at: datetime | None
    age_s: float | None
    rebuilding: bool
    progress: float

    def check_fresh(self, limit_s: float) -> None:
        """Raises StaleViewError if it is not filled, or older than `limit_s` seconds."""
        if self.generation is None:
            raise self._stale("the view is not filled: is `liancheng view run` or `liancheng up` running?", limit_s)
        if self.rebuilding:
            raise self._stale(f"the view is being filled ({self.progress:.0%}): try again later", limit_s)
        if self.age_s is None or self.age_s > limit_s:
            age = "of unknown age" if self.age_s is None else f"{self.age_s:.1f} s old"
            raise self._stale(f"the view is {age}, {limit_s:g} s are allowed: is the filler running?", limit_s)

    def _stale(self, text: str, limit_s: float) -> StaleViewError:
        return StaleViewError(text, self.age_s, limit_s, self.rebuilding)


NOWHERE = Position(None, (), None, None, None, True, 0.0)


def position(head: ViewHead | None, now_ms: int) -> Position:
    """Returns the position of a head at an instant of Redis's clock."""
    if head is None:
        return NOWHERE
    parts = head.parts
    days = [part.day for part in parts if part.day]
    applied = max((part.applied_ms for part in parts if part.applied_ms), default=None)
    current = [part.current_ms for part in parts if part.current_ms]
    total = sum(part.target for part in parts)
    done = sum(min(part.offset, part.target) for part in parts)
    return Position(
        head.generation,
        head.offsets,
        min(days) if len(days) == len(parts) else None,
        datetime.fromtimestamp(applied / 1000, UTC) if applied else None,
        _age_s(now_ms, current) if len(current) == len(parts) else None,
        head.rebuilding,
        done / total if total else 1.0,
    )


def _age_s(now_ms: int, current_ms: list[int]) -> float | None:
    """None if a partition was current in the future: that clock cannot tell the age."""
    return None if max(current_ms) > now_ms else (now_ms - min(current_ms)) / 1000
