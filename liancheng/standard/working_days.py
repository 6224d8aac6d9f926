"""Working days of the country: Monday to Friday, but for what the State Council's yearly notices move.

`working_days.csv` holds the weekdays that are off and the weekend days that are worked, 2019 to 2026 (国务院办公厅关于
部分节假日安排的通知 of each year, as compiled in the package chinesecalendar 1.11.0). A year not in it has no answer.
"""

from datetime import date, timedelta
from functools import cache

from liancheng.standard import tables

_DAY = timedelta(days=1)


def after(day: date, working_days: int) -> date | None:
    """The last day of a term of so many working days that starts with `day` (which itself is not counted: 民法典 201).

    None where it reaches into a year whose holidays are not in the table.
    """
    left = working_days
    while left:
        day += _DAY
        works = is_working(day)
        if works is None:
            return None
        left -= works
    return day


def is_working(day: date) -> bool | None:
    """None: the holidays of that year are not in the table."""
    moved = _moved()
    if day in moved:
        return moved[day]
    return day.weekday() < 5 if day.year in _years() else None


@cache
def _moved() -> dict[date, bool]:
    return {date.fromisoformat(row["day"]): row["is"] == "work" for row in tables.rows("working_days.csv")}


@cache
def _years() -> frozenset[int]:
    return frozenset(day.year for day in _moved())
