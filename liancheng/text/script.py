"""Converts traditional to simplified script character by character, so that equal texts stay equal."""

from functools import cache

import opencc

# The unified ideographs, extension A, and the compatibility forms that old mirrors print.
_RANGES = (range(0x3400, 0xA000), range(0xF900, 0xFB00))


def to_simplified(text: str) -> str:
    """Returns `text` with each traditional character replaced by its simplified one (OpenCC's t2s)."""
    return text.translate(_table())


@cache
def _table() -> dict[int, str]:
    """OpenCC converts phrases, so neighbours can change the result; with one character per line they cannot."""
    characters = [chr(code) for codes in _RANGES for code in codes]
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(old): new for old, new in zip(characters, simplified, strict=True) if old != new}
