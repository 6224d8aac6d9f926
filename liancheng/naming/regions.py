"""The divisions at the start of a name: 江苏省苏州市昆山市 is 32, 3205, 320583."""

import re
from functools import cache
from typing import NamedTuple

from liancheng.naming.words import divisions
from liancheng.text.provinces import PROVINCES

_SUFFIX = re.compile(r"(?:畲族自治县|特别行政区|自治区|新区|省|市|区|县)$")
_PROVINCE_SUFFIXES = ("省", "市", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区")
_COUNTRY = "中国"
# A place outside the region is recognised by its suffix only; 超市 and 门市 are not places.
_ELSEWHERE = re.compile(r"([^\W\d_a-zA-Z]{2,3}?)(?<![超城门都股])[市县]")
# Not in GB/T 2260: zones, towns, and districts outside the region. 小区 and 社区 are not districts.
_ZONE = "高新技术产业开发区|经济技术开发区|高新技术开发区|经济开发区|工业园区|高新区|经开区|开发区|保税区"
_WITHIN = re.compile(rf"({_ZONE})|([^\W\d_a-zA-Z]{{2,3}}?)(?<![小社园景校矿厂库])(?:区|县|镇|街道)")


class Region(NamedTuple):
    """One division in a name. `codes`: trimmed GB/T 2260 codes, several for 鼓楼区; none outside the region.

    `short`: written without its suffix, so that it may also be a company's core (太湖, 东海).
    """

    word: str
    codes: tuple[str, ...] = ()
    short: bool = False


@cache
def _known() -> dict[str, Region]:
    codes: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for code, name in PROVINCES.items():
        for printed in (name, *(name + suffix for suffix in _PROVINCE_SUFFIXES)):
            names[printed] = name
        codes.setdefault(name, []).append(code[:2])
    for code, name in divisions():
        short = _SUFFIX.sub("", name)
        word = short if len(short) > 1 else name
        names |= {name: word, word: word}
        codes.setdefault(word, []).append(code[:4] if code.endswith("00") else code)
    known = {printed: Region(word, tuple(codes[word]), printed == word) for printed, word in names.items()}
    return known | {_COUNTRY: Region(_COUNTRY, ("",))}


@cache
def _longest() -> int:
    return max(map(len, _known()))


def read(text: str) -> tuple[tuple[Region, ...], str]:
    """Returns the divisions at the start of `text`, each in the one before (a zone or town last), and the rest."""
    places: tuple[Region, ...] = ()
    while len(places) < 4 and (division := _next(text, places[-1] if places else None)):
        region, length = division
        places, text = (*places, region), text[length:]
    if not places and (match := _ELSEWHERE.match(text)) and match.end() < len(text):
        places, text = (Region(match[1]),), text[match.end() :]
    if places and (match := _WITHIN.match(text)) and match.end() < len(text):
        places, text = (*places, Region(match[1] or match[2])), text[match.end() :]
    return places, text


def read_at_end(text: str) -> tuple[Region | None, str]:
    """Returns a province or city at the end of `text`, as in 示例食品安徽 (lost brackets), and the rest."""
    for length in range(min(4, len(text) - 2), 1, -1):
        region = _known().get(text[-length:])
        if region and any(len(code) in (2, 4) for code in region.codes):
            return region, text[:-length]
    return None, text


def whole(text: str) -> Region | None:
    """Returns the division that is the whole of `text` (the inside of a bracket), or None."""
    places, rest = read(text)
    return places[-1] if places and not rest else None


def _next(text: str, within: Region | None) -> tuple[Region, int] | None:
    known = _known()
    for length in range(min(_longest(), len(text)), 1, -1):
        region = known.get(text[:length])
        if region is None:
            continue
        if within is None:
            return region, length
        inside = tuple(code for code in region.codes if any(_inside(code, outer) for outer in within.codes))
        if inside:
            return region._replace(codes=inside), length
    return None


def _inside(code: str, outer: str) -> bool:
    return len(code) > len(outer) and code.startswith(outer)


def related(left: tuple[Region, ...], right: tuple[Region, ...]) -> bool:
    """Returns whether one place is in the other: by codes, or because one names all divisions of the other."""
    a, b = (tuple(region.word for region in place) for place in (left, right))
    if set(a) <= set(b) or set(b) <= set(a):
        return True
    if not (left[-1].codes or right[-1].codes):
        return False  # two towns or two zones
    return any(c.startswith(d) or d.startswith(c) for c in _codes(left) for d in _codes(right))


def _codes(place: tuple[Region, ...]) -> tuple[str, ...]:
    return next((region.codes for region in reversed(place) if region.codes), ())


def coded(place: tuple[Region, ...]) -> tuple[Region, ...]:
    """Returns the divisions that are in GB/T 2260; they come first."""
    return tuple(region for region in place if region.codes)
