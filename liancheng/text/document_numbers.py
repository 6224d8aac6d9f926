"""Document numbers 文书号 in one spelling, as 沪0115环罚〔2024〕12号. Missing parts are never guessed."""

import re
from functools import lru_cache, partial
from typing import NamedTuple

from liancheng.records.facts import Finding
from liancheng.text import spelling
from liancheng.text.findings import error, warning

_YEAR = re.compile(r"\(((?:19|20)\d\d)\)", re.ASCII)
_AFTER_PREFIX = re.compile(r"(?:19|20)\d\d〕第?[0-9A-Za-z-]{1,30}号", re.ASCII)
_ORDINARY = re.compile(r"[0-9A-Za-z㐀-鿿()-]+〔\d{4}〕第?[0-9A-Za-z-]+号", re.ASCII)
# Some authorities number without 号, in serials of a fixed length: the length shows whether they are complete.
_LONG_SERIAL = re.compile(r".+〔\d{4}〕\d{10,}", re.ASCII)
_BARE = re.compile(r"\d{6,}", re.ASCII)
_HOLES = ("()", "〕号", "〕第号")
_MASKS = frozenset("*×●■□○…")
_LONGEST = 100
_HAN = re.compile("[㐀-鿿]")
_SPACES = re.compile(r"\s")


class DocumentNo(NamedTuple):
    """`text` is None if the number is refused. `findings` say what was normalised, or why it is refused."""

    text: str | None
    findings: tuple[Finding, ...] = ()


def normalise_document_no(printed: str | None, field: str = "document_no") -> DocumentNo:
    """Returns a number in its one spelling: year in 〔〕, other brackets half width, simplified, no spaces. Idempotent.

    Findings are `<field>.missing`, `.masked`, `.broken` (errors), `.bare`, `.unusual`, `.brackets`, `.spaces`,
    `.characters` (warnings).
    """
    printed = printed.strip() if printed else ""
    prefix, _, rest = printed.partition("〔")
    if _AFTER_PREFIX.fullmatch(rest) and _is_normal_prefix(prefix):
        return DocumentNo(printed)
    number = _YEAR.sub(r"〔\1〕", spelling.compact(printed))
    ordinary = _ORDINARY.fullmatch(number)
    if refusal := _refusal(number, printed, field):
        return DocumentNo(None, (refusal,))
    unusual = () if ordinary else (_unusual(number, printed, field),)
    return DocumentNo(number, (*_changes(number, printed, field), *unusual))


@lru_cache(maxsize=16_384)
def _is_normal_prefix(prefix: str) -> bool:
    """Whether the part before the year is in normal form. Cached, as an authority repeats it on every decision."""
    whole = f"{prefix}〔2024〕1号"
    number = _YEAR.sub(r"〔\1〕", spelling.compact(whole))
    return number == whole and _ORDINARY.fullmatch(whole) is not None and _balanced(prefix) and len(prefix) <= 50


def _refusal(number: str, printed: str, field: str) -> Finding | None:
    remedy = "send the number as it is printed on the decision itself"
    if not number:
        return error(field, f"{field}.missing", "", "a number such as 环罚〔2024〕34号", remedy)
    if len(number) > _LONGEST:
        return error(field, "text.too_long", "", f"at most {_LONGEST} characters, not {len(number)}", remedy)
    if not _MASKS.isdisjoint(number) or "略" in number:
        return error(field, f"{field}.masked", printed, "the whole number, nothing masked", remedy)
    if lost := _lost(number):
        return error(field, f"{field}.broken", printed, lost, remedy)
    return None


def _lost(number: str) -> str | None:
    if not _balanced(number):
        return "matching brackets, as in 环罚〔2024〕34号"
    if any(hole in number for hole in _HOLES):
        return "a year in the brackets and a number after them, as in 环罚〔2024〕34号"
    if "号" not in number and _HAN.search(number) and not _LONG_SERIAL.fullmatch(number):
        return "号 at the end; without it, digits may be missing"
    return None


def _balanced(number: str) -> bool:
    return number.count("(") == number.count(")") and number.count("〔") == number.count("〕")


def _unusual(number: str, printed: str, field: str) -> Finding:
    warn = partial(warning, field, found=printed, remedy="nothing to do if the decision prints it like this")
    if _BARE.fullmatch(number):
        return warn(
            code=f"{field}.bare", expected="usually a number such as 环罚〔2024〕34号; a bare number is kept as it is"
        )
    return warn(
        code=f"{field}.unusual", expected="usually a number such as 环罚〔2024〕34号; this one is kept as it is"
    )


def _changes(number: str, printed: str, field: str) -> list[Finding]:
    """What was normalised. （寿） for (寿) is not reported: half of the agencies print it that way."""
    warn = partial(
        warning, field, found=printed, expected=number, remedy="nothing to do; it is kept as shown under expected"
    )
    changes = []
    if _bracketed(printed) != _bracketed(number):
        changes.append(warn(code=f"{field}.brackets"))
    if _SPACES.search(printed):
        changes.append(warn(code=f"{field}.spaces"))
    if spelling.compact(printed) != _without_width(printed):
        changes.append(warn(code=f"{field}.characters"))
    return changes


_ROUND = str.maketrans("（）", "()")
_WITHOUT_WIDTH = str.maketrans(dict.fromkeys("（〔﹝[［【", "(") | dict.fromkeys("）〕﹞]］】", ")"))


def _bracketed(text: str) -> list[str]:
    return re.findall(r"[()〔〕﹝﹞\[\]［］【】]", text.translate(_ROUND))


def _without_width(printed: str) -> str:
    """`printed` with only brackets and spaces normalised: anything else that `compact` changes are characters."""
    return _SPACES.sub("", printed.translate(_WITHOUT_WIDTH))
