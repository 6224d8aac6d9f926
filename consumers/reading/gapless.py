"""The numbers of a bank's alerts: 1, 2, 3, … without a gap. Pure."""

from collections.abc import Callable
from typing import NamedTuple

from liancheng.errors import LianchengError

Numbered = tuple[int, int]  # number of an alert, offset of its record


class MissingAlertError(LianchengError):
    """Alerts are missing before this one: the reader must not continue as if nothing had happened."""

    def __init__(self, bank: str, first: int, last: int) -> None:
        which = f"alert {first} is" if first == last else f"alerts {first} to {last} are"
        super().__init__(
            f"{bank}: {which} missing, alert {last + 1} came instead of {first}: "
            f"report it to the office; to continue without them, read --from {last + 1}"
        )
        self.bank = bank
        self.first = first
        self.last = last


class Gapless:
    """Tells whether a number is the next one, a repeated one, or one before which others are missing."""

    def __init__(self, bank: str, last: int) -> None:
        self.bank = bank
        self.last = last
        self.repeated = 0

    def is_next(self, number: int) -> bool:
        """Returns True for the next alert, False for a repeated one.

        Raises:
            MissingAlertError: naming the numbers between the last one and this one.
        """
        if number <= self.last:
            self.repeated += 1
            return False
        if number > self.last + 1:
            raise MissingAlertError(self.bank, self.last + 1, number - 1)
        self.last = number
        return True


class Place(NamedTuple):
    """Where an alert is, or will be."""

    offset: int  # of its record, or less
    there: bool
    before: int  # the greatest number before it; 0: none


def find(number: int, end: int, record_from: Callable[[int], Numbered | None]) -> Place:
    """Returns the place of alert `number`, by bisection: numbers rise with offsets.

    `record_from(offset)` returns the first record at or after an offset (transaction markers and aborted transactions
    leave holes), None if there is none before `end`.
    """
    low, high, before, there = 0, end, 0, False
    while low < high:
        middle = (low + high) // 2
        record = record_from(middle)
        if record and record[0] < number:
            before, low = record[0], record[1] + 1
        else:
            high, there = middle, there or record is not None
    return Place(low, there, before)
