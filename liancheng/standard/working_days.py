"""National working days: Monday to Friday, except for the days moved by the State Council's yearly notices.

`working_days.csv` holds the weekdays that are off and the weekend days that are worked, 2019 to 2026 (国务院办公厅关于
部分节假日安排的通知 of each year, as compiled in the package chinesecalendar 1.11.0). Other years have no answer.
"""

from datetime import date, timedelta
from functools import cache

from liancheng.standard import tables

_DAY = timedelta(days=1)


def after(day: date, working_days: int) -> date | None:
    """Returns the last day of a term of `working_days` after `day` (which itself is not counted: 民法典 201).

    None if the term reaches into a year whose holidays are not in the table.
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
    """Returns whether a day is a working day; None if the holidays of its year are not in the table."""
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
