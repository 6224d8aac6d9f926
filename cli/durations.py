"""Durations as a command takes them: 90s, 30m, 24h, 7d."""

import re
from datetime import timedelta

from liancheng.errors import WrongUseError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str, option: str) -> timedelta:
    """Raises WrongUseError where it is none."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if not found:
        raise WrongUseError(f"{option}: found {text!r}, expected a number and s, m, h or d, such as 24h")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
