"""The numbers of articles as statutes and agencies print them: 一百零八, 108, 一〇八, and mixed 1百一十二."""

import re

_DIGITS = {ord(han): str(digit) for digit, hans in enumerate(("零〇", *"一二三四五六七八九")) for han in hans}
_UNITS = re.compile(r"(?:(?P<thousand>[1-9])千)?0?(?:(?P<hundred>[1-9])百)?0?(?P<ten>[1-9]?十)?0?(?P<one>[1-9])?")

DIGIT = "[0-9零〇一二三四五六七八九十百千]"
NUMBER = f"{DIGIT}+"


def read(printed: str) -> int | None:
    """Returns the number printed, 1 to 9999, or None if it is broken or ambiguous.

    Stricter than a general reader on purpose: libraries read 一百一 as 110 and accept 二百百; a citation must not.
    """
    digits = printed.translate(_DIGITS)
    if digits.isdecimal():
        return int(digits) if len(digits) <= 4 and digits[0] != "0" else None
    match = _UNITS.fullmatch(digits)
    if not digits or not match:
        return None
    ten = match["ten"]
    number = (
        int(match["thousand"] or 0) * 1000
        + int(match["hundred"] or 0) * 100
        + (int(ten[:-1] or 1) * 10 if ten else 0)
        + int(match["one"] or 0)
    )
    return number if _plain(_write(number)) == _plain(digits) else None


def _write(number: int) -> str:
    """The one correct spelling, with Arabic digits before the units: 1107 is 1千1百07."""
    text = ""
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += f"{digit}{unit}"
        elif text and number % power:
            text = text.rstrip("0") + "0"
    return text


def _plain(text: str) -> str:
    return text.replace("1十", "十")
