"""Reads citations as agencies print them: 《水污染防治法》第八十三条第（三）项, or the short 水污染防治法83(3).

A number counts only if it is printed with its law: a broken number, an unknown law and a missing law become problems,
never guesses. `_Reader._carries` decides which law and article a number inherits from the text before it.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from liancheng.records.facts import Citation
from liancheng.standard import articles, law_names
from liancheng.standard.law_names import LawName
from liancheng.text import numerals
from liancheng.text.script import to_simplified


class Parsed(NamedTuple):
    """The citations of a text in print order without repeats, and a sentence for each thing that could not be read.

    `violated` and `basis` are the citations printed after 违反 and after 依据: a citation can be both, or neither.
    """

    citations: tuple[Citation, ...] = ()
    problems: tuple[str, ...] = ()
    violated: frozenset[Citation] = frozenset()
    basis: frozenset[Citation] = frozenset()


@lru_cache(maxsize=16_384)
def parse(text: str) -> Parsed:
    """Returns all citations in `text` without those in quotations and those of procedure laws (行政处罚法)."""
    reader = _CitationReader()
    readable = _readable(text)
    for token in _TOKEN.finditer(readable):
        reader.take(token, readable)
    return reader.result(text)


_N = numerals.NUMBER
_LIST = rf"(?:{_N}|\({_N}\))(?:(?:[、,和及与]|以及)(?:{_N}|\({_N}\)))*"
_BRACKETS = r"(?:\((?:[^()]|\([^()]*\))*\))*"
_YEAR = r"(?:\d{4}年?(?:版|修正|修订|修改))?"
# A unit without 第 is a citation only if no noun follows: 第八十三条、八十四条的规定, but not 3条生产线, 2项指标.
_NO_NOUN = rf"(?=$|[的之规第、和及与以,;。)(条款项0-9]|{_N})"
_SHORT_END = r"(?=$|[;、,和及与以。)《])"
_TOKEN = re.compile(
    rf"(?P<new>新)?《(?P<name>[^《》]+)》(?P<after>{_BRACKETS}{_YEAR})"
    rf"|第(?P<ordinal>{_LIST})(?P<unit>条(?!例)|款|项|目)(?P<suffix>之{_N})?"
    rf"|(?<!{numerals.DIGIT})(?P<cardinal>{_LIST})(?P<bare_unit>条(?!例)|款|项|目){_NO_NOUN}"
    rf"|(?<!{numerals.DIGIT})(?P<short>\d{{1,4}})(?P<brackets>(?:\({_N}\)){{0,2}}){_SHORT_END}"
    rf"|\((?P<bracket>{_N})\)"
    rf"|(?P<broken>第(?:{_N})?)"
    rf"|(?P<run>(?:(?!第)[一-鿿*]){{1,60}}?(?:法|法典|条例|办法|规定|细则)(?:\(试行\))?)(?P<run_after>{_BRACKETS}{_YEAR})"
    rf"(?=第?{_LIST}条|第|\d{{1,4}}(?:\({_N}\)){{0,2}}{_SHORT_END})"
)
_QUOTATION = re.compile(r"“(?P<a>[^”]*)(?:”|$)|「(?P<b>[^」]*)(?:」|$)|\"(?P<c>[^\"]*)(?:\"|$)")
_MASKED_STATE = re.compile("".join(f"[{character}*]" for character in "中华人民共和国"))
_BEFORE_A_BARE_NAME = (
    *("违反", "违反了", "依据", "根据", "依照", "按照", "对照", "参照", "适用", "依", "据", "按", "照"),
    *("和", "及", "与", "或", "现", "系", "属", "为", "新", "旧"),
)
_ROLE = re.compile("(?:(?P<violated>违反)|(?P<basis>依据|根据|依照|按照|适用|对照))了?$")
_SAME_ROLE = re.compile("(?:的?规定|之规定)?(?:、|和|及|以及|与|或)|,")
_OF_THE_NAME = re.compile("[中之的]?")
_SAME_LAW = re.compile("(?:[、,]|和|及|以及|与|或|的?规定|之规定|所?指|的|之)*")
_SAME_ARTICLE = re.compile("(?:、|和|及|以及|与|或)?")
_SHORT_JOIN = re.compile("[;、,]|和|及|以及|与")
_EDITION_YEAR = re.compile(r"(\d{4})年?(?:版|修正|修订|修改|$)")


_BLANK = r"[\s\u200b-\u200f\u2060\ufeff]"
_SPACE = re.compile(rf"(?<![0-9]){_BLANK}+|{_BLANK}+(?![0-9]|{_BLANK})")  # 83 84 are two numbers, never 8384


def _readable(text: str) -> str:
    """Simplified, half width, without spaces and quotations, the state's masked name restored."""
    plain = _SPACE.sub("", unicodedata.normalize("NFKC", to_simplified(text)))
    for left, right in (("〈", "《"), ("〉", "》"), ("〔", "("), ("﹝", "("), ("【", "("), ("[", "(")):
        plain = plain.replace(left, right)
    plain = plain.translate(_CLOSING)
    return _QUOTATION.sub(_without_quotation, _MASKED_STATE.sub(_unmasked, plain))


_CLOSING = str.maketrans({"〕": ")", "﹞": ")", "】": ")", "]": ")"})


def _unmasked(match: re.Match[str]) -> str:
    """Restores 中华人民**国 to 中华人民共和国, unless more than three characters are masked: that could be anything."""
    return "中华人民共和国" if match[0].count("*") <= 3 else match[0]


def _without_quotation(match: re.Match[str]) -> str:
    """Drops a quoted statute (本法第二十四条 in it is not cited by the decision), but keeps a quoted title."""
    quoted = match["a"] or match["b"] or match["c"] or ""
    if quoted in law_names.names():
        return f"《{quoted}》"
    between = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return "|" if all(re.match(_N, character) for character in between) else ""  # 七“…”十条 is not 七十条


class _CitationReader:
    """Reads token by token and keeps the law and the provision that the next token may inherit."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []
        self.role: str | None = None  # of the articles, from the word right before the law's name
        self.roles: dict[str, set[Citation]] = {"violated": set(), "basis": set()}
        self.problems: list[str] = []
        self.named: dict[str, str] = {}  # canonical name -> as printed, of the laws named so far
        self.dropped = False
        self.law: LawName | None = None
        self.edition: str | None = None
        self.open: list[Citation] = []  # the last provision read, which a 款 or 项 right after it refines
        self.after = ""  # the kind of the last token: name, short, 条, 款, 项 or 目
        self.end = 0

    def take(self, token: re.Match[str], text: str) -> None:
        gap = text[self.end : token.start()]
        if token["name"] or token["run"]:
            self._name(token, gap)
        elif unit := token["unit"] or token["bare_unit"]:
            self._place(token, unit, gap)
        elif token["short"]:
            if not self._short(token, gap):
                return
        elif token["bracket"]:
            if gap or self.after not in ("条", "款"):
                return
            self._refine("项", [token["bracket"]], token[0])
        elif not self._broken(token, gap):
            return
        self.end = token.end()

    def result(self, text: str) -> Parsed:
        self._close()
        cited = {citation.law for citation in self.citations}
        problems = self.problems
        if not problems:
            problems = [
                f"《{printed}》 is cited without an article; cite article, paragraph and item"
                for law, printed in self.named.items()
                if law not in cited
            ]
        if not (self.citations or problems or self.dropped) and text.strip():
            problems = [f"no law with an article was found in {_short_text(text)}; write 《law》第…条第…款第…项"]
        roles = {role: frozenset(citations) for role, citations in self.roles.items()}
        return Parsed(tuple(dict.fromkeys(self.citations)), tuple(dict.fromkeys(problems)), **roles)

    def _name(self, token: re.Match[str], gap: str) -> None:
        self._close()
        printed, prefix, name = _named(token)
        before = gap if token["name"] else gap + prefix
        if role := _ROLE.search(before):
            self.role = role.lastgroup
        elif not self.after or not _SAME_ROLE.fullmatch(before):
            self.role = None
        self.after, self.law, self.edition = "name", None, None
        after = token["after"] or token["run_after"] or ""
        if name is not None and name.use == "back":
            name = self._named_before(name)
        if name is None or name.use in ("unknown", "ambiguous"):
            self.law = LawName(
                printed, "", name.use if name else "unknown", None, frozenset(), name.note if name else ""
            )
            return
        self.law = name
        self.dropped |= name.use == "drop"
        self.edition = name.edition or _edition(after, prefix)
        if name.use == "cite" and name.canonical not in self.named:
            self.named[name.canonical] = printed

    def _named_before(self, back: LawName) -> LawName | None:
        """《条例》 or 本法 is the one law of that kind printed before it; None if there are two."""
        kind = back.alias.removeprefix("本").removeprefix("该")
        laws = [law for law in self.named if law.endswith(kind)]
        return back._replace(canonical=laws[0], use="cite") if len(laws) == 1 else None

    def _place(self, token: re.Match[str], unit: str, gap: str) -> None:
        printed = re.findall(_N, token["ordinal"] or token["cardinal"])
        if not self._carries(unit, gap):
            self._close()
            said = self.law is None and self.after and unit != "条" and _SAME_ARTICLE.fullmatch(gap)
            self.law, self.after = None, unit
            if token["ordinal"] and not said:
                self._problem(f"{token[0]} is cited without its law; print the law's name before it")
        elif token["suffix"]:
            self._close()
            self._problem(f"{token[0]}: the standard's table has no article with this suffix, so it was not read")
            self.after = ""
        elif unit == "条":
            self._article(printed, token[0])
        elif unit == "目":
            self.after = unit
        elif gap:
            self._inherit(unit, printed, token[0])
        else:
            self._refine(unit, printed, token[0])

    def _carries(self, unit: str, gap: str) -> bool:
        """Whether the law read before, and for 款 and 项 its article, still applies to this token."""
        if self.law is None or not self.after:
            return False
        if unit == "条":
            return bool((_OF_THE_NAME if self.after == "name" else _SAME_LAW).fullmatch(gap))
        return bool(self.open or self.law.use != "cite") and bool(_SAME_ARTICLE.fullmatch(gap))

    def _article(self, printed: list[str], whole: str) -> None:
        self._close()
        self.after = "条"
        self._add([(number, None, None) for number in self._numbers(printed, whole)])

    def _refine(self, unit: str, printed: list[str], whole: str) -> None:
        """第一款 right after 第四十条 makes it 40(1)."""
        base = self.open.pop() if self.open else None
        self._extend(base, unit, printed, whole)

    def _inherit(self, unit: str, printed: list[str], whole: str) -> None:
        """第一款第六项、第二款: the second inherits the article of the first."""
        base = self.open[-1] if self.open else None
        self._close()
        self._extend(base, unit, printed, whole)

    def _extend(self, base: Citation | None, unit: str, printed: list[str], whole: str) -> None:
        self.after = unit
        numbers = self._numbers(printed, whole)
        if base is None:
            return
        if unit == "款":
            self._add([(base.article, number, None) for number in numbers])
        else:
            self._add([(base.article, base.paragraph, number) for number in numbers])

    def _short(self, token: re.Match[str], gap: str) -> bool:
        """83(3) right after a name or after another short citation."""
        joint = {"name": not gap, "short": bool(_SHORT_JOIN.fullmatch(gap))}
        if self.law is None or not joint.get(self.after, False):
            return False
        self._close()
        self.after = "short"
        numbers = self._numbers([token["short"], *re.findall(_N, token["brackets"])], token[0])
        if len(numbers) == 3:
            self._add([(numbers[0], numbers[1], numbers[2])])
        elif len(numbers) == 2 and articles.bracket_is_paragraph(self.law.canonical, *numbers):
            self._add([(numbers[0], numbers[1], None)])
        elif numbers:
            self._add([(numbers[0], None, numbers[1] if len(numbers) == 2 else None)])
        return True

    def _broken(self, token: re.Match[str], gap: str) -> bool:
        """第二十的: the unit is missing. Only where a citation is expected: elsewhere 第三车间 is not one."""
        due = not gap if self.after == "name" else bool(_SAME_ARTICLE.fullmatch(gap))
        if self.law is None or not self.after or not due:
            return False
        if self.law.use == "cite":
            self._problem(f"《{self.law.alias}》{token[0]}…: the number is broken; print it with 条, 款 or 项")
            self.named.pop(self.law.canonical, None)
        return True

    def _numbers(self, printed: list[str], whole: str) -> list[int]:
        """The numbers; none at all if one of them is broken."""
        numbers = [numerals.read(number) for number in printed]
        if all(number is not None for number in numbers):
            return [number for number in numbers if number is not None]
        self._problem(f"{whole}: the number is broken or ambiguous; print it in full")
        return []

    def _add(self, places: list[tuple[int, int | None, int | None]]) -> None:
        law = self.law
        if law is None or law.use == "drop":
            return
        if law.use != "cite":
            self._problem(_unknown(law))
            return
        for article, paragraph, item in places:
            if law.only_articles and article not in law.only_articles:
                self._problem(f"《{law.alias}》{article}: not the full name; print it, probably 《{law.canonical}》")
            else:
                self.open.append(
                    Citation(law=law.canonical, article=article, paragraph=paragraph, item=item, edition=self.edition)
                )

    def _close(self) -> None:
        self.citations += self.open
        if self.role:
            self.roles[self.role].update(self.open)
        self.open = []

    def _problem(self, problem: str) -> None:
        self.problems.append(problem)


def _named(token: re.Match[str]) -> tuple[str, str, LawName | None]:
    """The name as printed, the word before it that belongs to the sentence, and the law if it is known."""
    if printed := token["name"]:
        newer = law_names.find(f"新{printed}") if token["new"] else None
        return printed, token["new"] or "", newer or law_names.find(printed)
    run = token["run"]
    at_end = law_names.find_at_end(run)
    if at_end and (not at_end[0] or at_end[0].endswith(_BEFORE_A_BARE_NAME)):
        return at_end[1].alias, at_end[0], at_end[1]
    return run, "", law_names.find(run)


def _edition(after: str, prefix: str) -> str | None:
    """（2016年版） and (旧) name an edition; (环境保护部令第34号) does not."""
    if articles.OLD in re.findall(r"\((旧)(?:法|版)?\)", after) or prefix.endswith(articles.OLD):
        return articles.OLD
    for part in re.split(r"[()]", after):
        if match := _EDITION_YEAR.match(part):
            return match[1]
    return articles.NEW if prefix.endswith(articles.NEW) else None


def _unknown(law: LawName) -> str:
    why = f" ({law.note})" if law.note else ""
    if law.use == "ambiguous":
        return f"《{law.alias}》 is the short name of two laws{why}; print the full name"
    return f"《{law.alias}》 is not a law that the standard knows{why}; it has no effect; check the name"


def _short_text(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
