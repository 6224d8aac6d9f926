"""How the standard counts months: 民法典 arts. 201 and 202. That they apply to publication is our interpretation."""

from calendar import monthrange
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=65_536)
def months_after(day: date, months: int) -> date:
    """Returns the last day of a period of `months` months after `day` (which itself is not counted).

    This is the same day of the last month, or that month's last day if there is no such day: one year from 2024-02-29
    ends on 2025-02-28.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
