"""The parts of a company's name: division, core (字号), trade, legal form.

企业名称登记管理规定 (as revised, in force since 2021-03-01), article 6: a name has these four parts; a company that
operates in several provinces may omit the division, one with several trades may omit the trade.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from liancheng.naming import numbers, regions
from liancheng.naming.folded import fold
from liancheng.naming.regions import Region
from liancheng.naming.words import words

_GROUP = "集团"
_LIMITED = "有限公司"
_PARENT = re.compile(r".+?(?:公司|集团|合作社|合伙企业)(?!\))")


class Name(NamedTuple):
    """The parts of a name; a part that the name does not have is empty.

    `industry` and `form` are normalised for comparison (有限责任公司 is 有限公司), `branch` is what follows the
    company's own name, `numbers` are those of the core, `formerly` is a former name printed after it in brackets.
    """

    folded: str
    regions: tuple[Region, ...]
    core: str
    industry: tuple[str, ...]
    form: str
    group: bool
    branch: str
    numbers: tuple[str, ...]
    formerly: str

    @property
    def joined(self) -> str:
        """Division and core in one word, equal for 深圳市虚构 and 深圳虚构."""
        return "".join(region.word for region in self.regions) + self.core

    @property
    def stem(self) -> str:
        """Core and trade in one word."""
        return self.core + "".join(self.industry)

    @property
    def now(self) -> str:
        """The name without the former name in brackets."""
        return self.folded[: self.folded.rfind("(")] if self.formerly else self.folded

    @property
    def characters(self) -> str:
        """The characters of the name, sorted."""
        return "".join(sorted(self.folded.replace("(", "").replace(")", "")))


@lru_cache(maxsize=8_192)
def parse(name: str) -> Name:
    """Returns the parts of a printed name. Raises nothing: any text has parts."""
    folded = fold(name)
    text, formerly = _notes(folded)
    text, branch = _branch(text)
    text, form = _form(text)
    text, group, inside = _brackets(text)
    if text.endswith(_GROUP):
        text, group = text.removesuffix(_GROUP), True
    places, core, industry = _words(text, inside)
    core, counted = numbers.take(core)
    return Name(folded, places, core, industry, form, group, _place(branch), counted, formerly)


def _words(text: str, inside: Region | None) -> tuple[tuple[Region, ...], str, tuple[str, ...]]:
    """Divisions, core with its numbers, and trade, of a name without its form."""
    places, rest = regions.read(text)
    places = (inside,) if inside and not places else places
    if not places:
        places, rest = _at_end(places, rest)
    core, industry = _industry(rest)
    if not places:
        places, core = _at_end(places, core)
    if not core and industry and places and not places[-1].codes:  # 海市印染厂: 海市 is not a city but the whole name
        before = regions.coded(places)
        start = text.find(places[len(before)].word)
        return before, *_industry(text[start:])
    if not core and industry and places and places[-1].short and len(places[-1].codes[0]) > 4:
        return places[:-1], places[-1].word, industry  # 太湖印染厂: the county's name is the company's core
    return places, core, industry


def _notes(text: str) -> tuple[str, str]:
    """Removes brackets after the form: the register's notes, a former name."""
    known, formerly = words(), ""
    while text.endswith(")") and (start := text.rfind("(")) > 0:
        inside = text[start + 1 : -1]
        mark = next((mark for mark in known.former if inside.startswith(mark) and len(inside) > len(mark) + 2), None)
        if mark:
            formerly = inside.removeprefix(mark)
        elif inside in known.forms:
            return text[:start] + inside, formerly
        elif inside not in known.notes:
            break
        text = text[:start]
    return text, formerly


def _branch(text: str) -> tuple[str, str]:
    """The company's name, and what follows it: 苏州分公司, 一分厂."""
    known = words()
    if text.endswith(known.branches + known.plants) and (match := _PARENT.match(text)):
        tail = text[match.end() :]
        if tail and not match.group().endswith("分公司"):
            return match.group(), tail
    if text.endswith("分厂") and (start := text.find("厂")) < len(text) - 3:
        return text[: start + 1], text[start + 1 :]
    return text, ""


def _place(branch: str) -> str:
    places, rest = regions.read(branch)
    return "".join(region.word for region in places[-1:]) + numbers.plain(rest)


def _form(text: str) -> tuple[str, str]:
    if _is_misread_limited(text):
        return text[: -len(_LIMITED)], _LIMITED
    forms = words().forms
    form = ""
    while printed := next((text[-size:] for size in range(min(9, len(text)), 0, -1) if text[-size:] in forms), ""):
        form, text = form or forms[printed], text[: -len(printed)]
    return text, form


def _is_misread_limited(text: str) -> bool:
    """有限公可 has one of four characters wrong; 无限公司 never counts, as it is another form."""
    tail = text[-len(_LIMITED) :]
    one_off = len(text) > len(_LIMITED) and Levenshtein.distance(tail, _LIMITED, score_cutoff=1) == 1
    return one_off and tail[0] in _LIMITED[:2]


def _brackets(text: str) -> tuple[str, bool, Region | None]:
    """Removes brackets: (集团) and a division are taken out, any other text in brackets stays."""
    group, inside = False, None
    if "(" not in text and ")" not in text:
        return text, group, inside
    parts = re.split(r"\(([^()]*)\)", text)
    for position in range(1, len(parts), 2):
        region = regions.whole(parts[position])
        group = group or parts[position] == _GROUP
        inside = region or inside
        if region or parts[position] == _GROUP:
            parts[position] = ""
    return "".join(parts).replace("(", "").replace(")", ""), group, inside


def _at_end(places: tuple[Region, ...], text: str) -> tuple[tuple[Region, ...], str]:
    region, rest = regions.read_at_end(text)
    return ((region,), rest) if region else (places, text)


def _industry(text: str) -> tuple[str, tuple[str, ...]]:
    """The core, and the words of the trade at the end, as compared."""
    known = words().industries
    trades: list[str] = []
    while len(trades) < 5:
        room = len(text) if not text else min(6, len(text))
        word = next((text[-size:] for size in range(room, 1, -1) if text[-size:] in known), None)
        if word is None or (len(text) - len(word) == 1):
            break
        trades.append(known[word])
        text = text[: -len(word)]
    return text, tuple(reversed(trades))
