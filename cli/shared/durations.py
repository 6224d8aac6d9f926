"""Durations as a command takes them: 90s, 30m, 24h, 7d."""

import re
from datetime import timedelta

from liancheng.errors import WrongUseError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str, option: str) -> timedelta:
    """Returns what the option's text says. Raises WrongUseError if it is no duration."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if not match:
        raise WrongUseError(f"{option}: found {text!r}, expected a number and s, m, h or d, such as 24h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
