"""One spelling per text: simplified script, half width; for identities also one kind of bracket and no spaces."""

import unicodedata
from functools import cache

from liancheng.text.script import to_simplified

_OPENING = "（〔﹝［【〖「『{｛"
_CLOSING = "）〕﹞］】〗」』}｝"
_DASHES = "‐‑‒–—―−－﹣"


def plain(text: str) -> str:
    """Returns `text` simplified and half width, without invisible characters (BOM, zero width). Idempotent."""
    return text.translate(_plain_table())


def compact(text: str) -> str:
    """Returns `plain` text for identities: every bracket ( or ), every dash -, no spaces, ／ for /. Idempotent.

    The parts of a document id are joined by /, so none of them may contain one.
    """
    return text.translate(_compact_table())


def is_traditional(text: str) -> bool:
    """Returns whether `plain` would change the script of `text`."""
    return not _traditional().isdisjoint(text)


@cache
def _plain_table() -> dict[int, str | None]:
    half: dict[int, str | None] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    half[0x3000] = " "
    return _simplified() | half | dict.fromkeys(_characters("Cf", "Cc", keep="\t\n\r"))


@cache
def _compact_table() -> dict[int, str | None]:
    brackets = {ord(c): "(" for c in f"[{_OPENING}"} | {ord(c): ")" for c in f"]{_CLOSING}"}
    dashes = {ord(c): "-" for c in _DASHES}
    slashes = {ord("/"): "／", ord("／"): "／"}
    gone = dict.fromkeys((*_characters("Zs", "Zl", "Zp"), *map(ord, "\t\n\r")))
    return _plain_table() | brackets | dashes | slashes | gone


@cache
def _traditional() -> frozenset[str]:
    return frozenset(map(chr, _simplified()))


@cache
def _simplified() -> dict[int, str | None]:
    """OpenCC's characters without those in GB 2312, the simplified character set: 乾安县 stays 乾安县."""
    every = "".join(map(chr, (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))))
    once = to_simplified(every)
    twice = to_simplified(once)
    pairs = zip(every, twice, strict=True)
    return {ord(old): new for old, new in pairs if old != new and not _in_gb2312(old)}


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _characters(*categories: str, keep: str = "") -> list[int]:
    return [
        code
        for code in range(0x10000)  # the basic plane; no spelling uses characters above it
        if unicodedata.category(chr(code)) in categories and chr(code) not in keep
    ]
