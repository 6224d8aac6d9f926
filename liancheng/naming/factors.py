"""The score of two names from their parts: a product, so that each difference lowers it and is named."""

from collections.abc import Iterator

import msgspec
from rapidfuzz.distance import Levenshtein

from liancheng.naming import cores, regions
from liancheng.naming.parts import Name
from liancheng.naming.regions import Region
from liancheng.naming.words import words

_MISREAD = 0.88
_REGION_DIGITS = ("31", "32", "33", "34")  # provinces of which every division is known


class NameReason(msgspec.Struct, frozen=True):
    """One agreement or difference of two names: a code for programs, a text for people."""

    code: str
    text: str


Factor = tuple[float, NameReason | None]
_SAME: Factor = (1.0, None)


def score(left: Name, right: Name) -> tuple[float, list[NameReason]]:
    """Returns the score, 0 to 1, and its reasons. Symmetric except for the order within the texts."""
    rest = (_numbers(left, right), _form(left, right), _group(left, right), _branch(left, right))
    chosen = max(_identities(left, right), key=_product)
    factors = [*chosen, *rest]
    return _product(factors), [reason for _, reason in factors if reason]


def _product(factors: list[Factor]) -> float:
    result = 1.0
    for factor, _ in factors:
        result *= factor
    return result


def _identities(left: Name, right: Name) -> Iterator[list[Factor]]:
    """The identifying parts of both names, read in each way that a lost or misread word allows."""
    if not left.core and not right.core:
        same = left.industry == right.industry and left.joined == right.joined and left.joined and left.industry
        yield [(1.0, NameReason("core.none", "division and trade are the whole name"))] if same else [_nothing()]
        return
    if not left.core or not right.core:
        yield [_nothing()]
        return
    region, industry = _region(left.regions, right.regions), _industry(left, right)
    yield [_core(left.core, right.core), region, industry]
    if bool(left.regions) != bool(right.regions):
        yield [_joined(left, right), industry]
    if left.core != right.core and left.core[:2] == right.core[:2]:
        yield [_stem(left, right), region]


def _nothing() -> Factor:
    return 0.0, NameReason("core.missing", "a name without a core does not identify a company")


def _core(left: str, right: str) -> Factor:
    alike = cores.compare(left, right)
    return alike.score, NameReason(alike.code or "core.same", alike.text or f"the same core {left}")


def _joined(left: Name, right: Name) -> Factor:
    """Division and core together: a place recognisable only by its suffix, or a misread one."""
    bare, full = (left, right) if not left.regions else (right, left)
    if bare.core == full.joined:
        return 0.98, NameReason("region.suffix", f"division recognised in one name only: {full.regions[-1].word}")
    misread = bare.core.endswith(full.core) and Levenshtein.distance(bare.core, full.joined) == 1
    if misread and len(bare.core) == len(full.joined):
        return _MISREAD, NameReason(
            "region.misread", f"one character of the division differs: {bare.core} / {full.joined}"
        )
    return 0.0, None


def _stem(left: Name, right: Name) -> Factor:
    """Core and trade together: a misread character in the trade makes it part of the core."""
    bare, full = sorted((left, right), key=lambda name: len(name.core), reverse=True)
    within = bare.core.startswith(full.core) and len(full.stem) >= cores.LONG and len(bare.stem) == len(full.stem)
    if within and Levenshtein.distance(bare.stem, full.stem) == 1:
        return _MISREAD, NameReason(
            "industry.misread", f"one character of the trade differs: {bare.stem} / {full.stem}"
        )
    return 0.0, None


def _region(left: tuple[Region, ...], right: tuple[Region, ...]) -> Factor:
    if not left and not right:
        return _SAME
    if not left or not right:
        word = (left or right)[-1].word
        return 0.95, NameReason("region.missing", f"{word} in one name only")
    a, b = left[-1], right[-1]
    both = f"{a.word} / {b.word}"
    if a == b:
        return _SAME
    if regions.related(left, right):
        return 0.97, NameReason("region.within", f"one division is in the other: {both}")
    known, elsewhere = (a, b) if a.codes else (b, a)
    if known.codes and not elsewhere.codes and not known.codes[0].startswith(_REGION_DIGITS):
        return 0.85, NameReason("region.unknown", f"not known whether one division is in the other: {both}")
    return 0.6, NameReason("region.other", f"different divisions: {both}")


def _industry(left: Name, right: Name) -> Factor:
    if left.industry == right.industry:
        return _SAME
    weak = words().weak
    a, b = set(left.industry) - weak, set(right.industry) - weak
    both = f"{''.join(left.industry) or '-'} / {''.join(right.industry) or '-'}"
    if a == b:
        lost = set(left.industry) <= set(right.industry) or set(right.industry) <= set(left.industry)
        return 0.95 if a else 0.92 if lost else 0.8, NameReason("industry.general", f"different general words: {both}")
    if not a or not b:
        missing = 0.88 if left.core == right.core else 0.78  # a mistyped core needs the trade to identify the company
        return missing, NameReason("industry.missing", f"trade in one name only: {both}")
    if a <= b or b <= a:
        return 0.9, NameReason("industry.more", f"an additional trade: {both}")
    if a & b:
        return 0.78, NameReason("industry.overlap", f"trades overlap: {both}")
    return 0.58, NameReason("industry.other", f"different trades: {both}")


def _numbers(left: Name, right: Name) -> Factor:
    if left.numbers == right.numbers:
        return _SAME
    both = f"{'、'.join(left.numbers) or '-'} / {'、'.join(right.numbers) or '-'}"
    return 0.5, NameReason("number.other", f"different numbers: {both}")


def _form(left: Name, right: Name) -> Factor:
    if left.form == right.form:
        return _SAME
    both = f"{left.form or '-'} / {right.form or '-'}"
    if not left.form or not right.form:
        return 0.97, NameReason("form.missing", f"legal form in one name only: {both}")
    companies = left.form.endswith("公司") and right.form.endswith("公司")
    return 0.94 if companies else 0.88, NameReason("form.other", f"different legal forms: {both}")


def _group(left: Name, right: Name) -> Factor:
    return _SAME if left.group == right.group else (0.9, NameReason("group", "集团 in one name only"))


def _branch(left: Name, right: Name) -> Factor:
    if left.branch == right.branch:
        return _SAME
    if not left.branch:
        return 0.88, NameReason("branch.listed", f"the name on the list is a branch: {right.branch}")
    if not right.branch:
        return 0.88, NameReason("branch.asked", f"the name searched for is a branch: {left.branch}")
    return 0.6, NameReason("branch.other", f"different branches: {left.branch} / {right.branch}")
