"""Numbers in names: 第一 and 第二, 一厂 and 二厂, 12号 and 十二号. A different number means a different company."""

import re

from liancheng.text import numerals

_N = numerals.NUMBER
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_MARKED = re.compile(
    rf"第({_N})|({_N})(?=号)号|({_N}|[甲乙丙丁戊己庚辛壬癸])$|([0-9]+|[零〇一二三四五六七八九十]{{2,}})"
)
_RUN = re.compile(f"第?({_N})")
_LETTER = re.compile(r"(?<![A-Z0-9])([A-Z])(?![A-Z0-9])")


def take(text: str) -> tuple[str, tuple[str, ...]]:
    """Returns `text` without its numbers, and the numbers in order, in Arabic digits.

    If nothing else would be left, the number stays a word: the core of 三一重工 is 三一.
    """
    numbers: list[str] = []

    def note(match: re.Match[str]) -> str:
        numbers.append(_arabic(next(filter(None, match.groups()))))
        return ""

    rest = _LETTER.sub(note, _MARKED.sub(note, text))
    return (rest, tuple(numbers)) if rest and numbers else (text, ())


def plain(text: str) -> str:
    """Returns `text` with Arabic digits and without 第, so that 第二分公司 and 2分公司 are equal."""
    return _RUN.sub(lambda match: _arabic(match[1]), text)


def _arabic(printed: str) -> str:
    number = numerals.read(printed)
    return printed.translate(_DIGITS) if number is None else str(number)
