"""Days, months and amounts as agencies print them."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from liancheng.records.facts import Finding
from liancheng.text import spelling
from liancheng.text.findings import error
from liancheng.text.kinds import Kinds, read_kinds

__all__ = ["Kinds", "normalise_amount", "normalise_day", "normalise_month", "read_kinds"]

_DAY = re.compile(
    r"(?P<year>\d{4})(?:(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|年(?P<month_zh>\d{1,2})月(?P<day_zh>\d{1,2})日?"
    r"|(?P<month_8>\d\d)(?P<day_8>\d\d))"
    r"(?:[T ]?0?0:00(?::00(?:\.0+)?)?)?",  # what spreadsheets add to a day
    re.ASCII,
)
_FOUNDED = date(1949, 10, 1)
_AMOUNT = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<decimals>\d+))?", re.ASCII)
_FEN_PER_WAN = 1_000_000
_MAX_FEN = 100_000_000 * _FEN_PER_WAN  # a trillion yuan: no fine is that high, but an amount in the wrong unit is


def normalise_day(text: str, field: str, today: date) -> tuple[date | None, Finding | None]:
    """Reads 2024-1-5, 2024/01/05, 2024.1.5, 2024年1月5日 or 20240105. `today` is the day of acceptance.

    Findings: `date.unreadable`, `date.impossible`, `date.future`, `date.too_early`.
    """
    day, code = _read_day(text)
    if day is None:
        if code == "impossible":
            return None, error(field, "date.impossible", text, "a day that exists", "check the date on the decision")
        return None, error(
            field, "date.unreadable", text, "a day such as 2024-01-05 or 2024年1月5日", "write it as 2024-01-05"
        )
    if day > today:
        expected = f"no later than {today}, the day of acceptance in Shanghai"
        return None, error(field, "date.future", text, expected, "check the year, or send it on that day")
    if day < _FOUNDED:
        return None, error(field, "date.too_early", text, f"no earlier than {_FOUNDED}", "check the year")
    return day, None


_MONTH = re.compile(r"(?P<year>\d{4})(?:[-/.]?(?P<month>\d{2})|[-/.](?P<m>\d)|年(?P<zh>\d{1,2})月)", re.ASCII)


def normalise_month(text: str, field: str) -> tuple[str | None, Finding | None]:
    """Reads 2026-10, 2026/10, 2026年10月 or 202610 as 2026-10. Finding: `month.unreadable`."""
    match = _MONTH.fullmatch(spelling.plain(text).replace(" ", ""))
    number = int(match["month"] or match["m"] or match["zh"]) if match else 0
    if match is None or not 1 <= number <= 12 or int(match["year"]) < _FOUNDED.year:
        return None, error(
            field, "month.unreadable", text, "a month such as 2026-10 or 2026年10月", "write it as 2026-10"
        )
    return f"{match['year']}-{number:02}", None


@lru_cache(maxsize=65_536)
def _read_day(text: str) -> tuple[date | None, str]:
    readable = spelling.plain(text).strip()
    match = _DAY.fullmatch(readable) or _DAY.fullmatch(readable.replace(" ", ""))
    if match is None:
        return None, "unreadable"
    month = match["month"] or match["month_zh"] or match["month_8"]
    day = match["day"] or match["day_zh"] or match["day_8"]
    try:
        return date(int(match["year"]), int(month), int(day)), ""
    except ValueError:
        return None, "impossible"


@lru_cache(maxsize=65_536)
def normalise_amount(value: str | float, field: str) -> tuple[int | None, Finding | None]:
    """Returns the fen of an amount in 万元 with at most six decimals; None without a finding if it is empty.

    Findings: `amount.unreadable`, `amount.negative`, `amount.too_precise`, `amount.too_large`.
    """
    text = _digits(value)
    if not text:
        return None, None
    if text[0] in "-−":
        return None, error(field, "amount.negative", text, "an amount of 0 or more, in 万元", "check the amount")
    match = _AMOUNT.fullmatch(text)
    if match is None:
        remedy = "send only the number, in 万元: 13.8 for 罚款13.8万元"
        return None, error(field, "amount.unreadable", text, "a number in 万元 with at most six decimals", remedy)
    if len((match["decimals"] or "").rstrip("0")) > 6:
        expected = "at most six decimals of 万元: 0.000001 is one fen"
        return None, error(
            field, "amount.too_precise", text, expected, "check the amount; divide by 10000 if it is in yuan"
        )
    fen = int(Decimal(text.replace(",", "")) * _FEN_PER_WAN)
    if fen > _MAX_FEN:
        return None, error(
            field,
            "amount.too_large",
            text,
            "an amount in 万元 below a trillion yuan",
            "divide by 10000 if it is in yuan",
        )
    return fen, None


def _digits(value: str | float) -> str:
    """The printed number. A text longer than any amount is cut off and marked with …; a number is limited to ±1e18."""
    if isinstance(value, str):
        return spelling.plain(value if len(value) <= 100 else f"{value[:100]}…").strip()
    return format(Decimal(repr(max(min(value, 1e18), -1e18))), "f")
