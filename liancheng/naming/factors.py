"""The score of two names by their parts: a product, so that each difference lowers it and each is named."""

from collections.abc import Iterator

import msgspec
from rapidfuzz.distance import Levenshtein

from liancheng.naming import cores, regions
from liancheng.naming.parts import Name
from liancheng.naming.regions import Region
from liancheng.naming.words import words

_MISREAD = 0.88
_REGION_DIGITS = ("31", "32", "33", "34")  # of these every division is known


class Reason(msgspec.Struct, frozen=True):
    """One thing that the names agree or differ in: a code for machines, a text for eyes."""

    code: str
    text: str


Factor = tuple[float, Reason | None]
_SAME: Factor = (1.0, None)


def score(one: Name, other: Name) -> tuple[float, list[Reason]]:
    """0 to 1, and why. Symmetric but for the texts' order."""
    rest = (_numbers(one, other), _form(one, other), _group(one, other), _branch(one, other))
    chosen = max(_identities(one, other), key=_product)
    found = [*chosen, *rest]
    return _product(found), [reason for _, reason in found if reason]


def _product(factors: list[Factor]) -> float:
    result = 1.0
    for factor, _ in factors:
        result *= factor
    return result


def _identities(one: Name, other: Name) -> Iterator[list[Factor]]:
    """What the names are known by, read in each way that a lost or misread word allows."""
    if not one.core and not other.core:
        same = one.industry == other.industry and one.joined == other.joined and one.joined and one.industry
        yield [(1.0, Reason("core.none", "division and trade are all there is"))] if same else [_nothing()]
        return
    if not one.core or not other.core:
        yield [_nothing()]
        return
    region, industry = _region(one.regions, other.regions), _industry(one, other)
    yield [_core(one.core, other.core), region, industry]
    if bool(one.regions) != bool(other.regions):
        yield [_joined(one, other), industry]
    if one.core != other.core and one.core[:2] == other.core[:2]:
        yield [_stem(one, other), region]


def _nothing() -> Factor:
    return 0.0, Reason("core.missing", "a name without a core of its own names no company")


def _core(one: str, other: str) -> Factor:
    alike = cores.compare(one, other)
    return alike.score, Reason(alike.code or "core.same", alike.text or f"the same core {one}")


def _joined(one: Name, other: Name) -> Factor:
    """Division and core together: a place that only its suffix gives away, or a misread one."""
    bare, full = (one, other) if not one.regions else (other, one)
    if bare.core == full.joined:
        return 0.98, Reason("region.suffix", f"division read from one name only: {full.regions[-1].word}")
    misread = bare.core.endswith(full.core) and Levenshtein.distance(bare.core, full.joined) == 1
    if misread and len(bare.core) == len(full.joined):
        return _MISREAD, Reason("region.misread", f"one character of the division differs: {bare.core} / {full.joined}")
    return 0.0, None


def _stem(one: Name, other: Name) -> Factor:
    """Core and trade together: a misread character in the trade makes it part of the core."""
    bare, full = sorted((one, other), key=lambda name: len(name.core), reverse=True)
    within = bare.core.startswith(full.core) and len(full.stem) >= cores.LONG and len(bare.stem) == len(full.stem)
    if within and Levenshtein.distance(bare.stem, full.stem) == 1:
        return _MISREAD, Reason("industry.misread", f"one character of the trade differs: {bare.stem} / {full.stem}")
    return 0.0, None


def _region(one: tuple[Region, ...], other: tuple[Region, ...]) -> Factor:
    if not one and not other:
        return _SAME
    if not one or not other:
        word = (one or other)[-1].word
        return 0.95, Reason("region.missing", f"{word} in one name only")
    a, b = one[-1], other[-1]
    both = f"{a.word} / {b.word}"
    if a == b:
        return _SAME
    if regions.related(one, other):
        return 0.97, Reason("region.within", f"one division lies in the other: {both}")
    known, elsewhere = (a, b) if a.codes else (b, a)
    if known.codes and not elsewhere.codes and not known.codes[0].startswith(_REGION_DIGITS):
        return 0.85, Reason("region.unknown", f"whether one lies in the other is not known: {both}")
    return 0.6, Reason("region.other", f"another division: {both}")


def _industry(one: Name, other: Name) -> Factor:
    if one.industry == other.industry:
        return _SAME
    weak = words().weak
    a, b = set(one.industry) - weak, set(other.industry) - weak
    both = f"{''.join(one.industry) or '-'} / {''.join(other.industry) or '-'}"
    if a == b:
        lost = set(one.industry) <= set(other.industry) or set(other.industry) <= set(one.industry)
        return 0.95 if a else 0.92 if lost else 0.8, Reason(
            "industry.general", f"differs in general words only: {both}"
        )
    if not a or not b:
        missing = 0.88 if one.core == other.core else 0.78  # a mistyped core needs the trade to tell whose it is
        return missing, Reason("industry.missing", f"trade in one name only: {both}")
    if a <= b or b <= a:
        return 0.9, Reason("industry.more", f"one trade more: {both}")
    if a & b:
        return 0.78, Reason("industry.overlap", f"trades overlap: {both}")
    return 0.58, Reason("industry.other", f"another trade: {both}")


def _numbers(one: Name, other: Name) -> Factor:
    if one.numbers == other.numbers:
        return _SAME
    both = f"{'、'.join(one.numbers) or '-'} / {'、'.join(other.numbers) or '-'}"
    return 0.5, Reason("number.other", f"another number: {both}")


def _form(one: Name, other: Name) -> Factor:
    if one.form == other.form:
        return _SAME
    both = f"{one.form or '-'} / {other.form or '-'}"
    if not one.form or not other.form:
        return 0.97, Reason("form.missing", f"legal form in one name only: {both}")
    companies = one.form.endswith("公司") and other.form.endswith("公司")
    return 0.94 if companies else 0.88, Reason("form.other", f"another legal form: {both}")


def _group(one: Name, other: Name) -> Factor:
    return _SAME if one.group == other.group else (0.9, Reason("group", "集团 in one name only"))


def _branch(one: Name, other: Name) -> Factor:
    if one.branch == other.branch:
        return _SAME
    if not one.branch:
        return 0.88, Reason("branch.listed", f"the name on the list is a branch: {other.branch}")
    if not other.branch:
        return 0.88, Reason("branch.asked", f"the name asked for is a branch: {one.branch}")
    return 0.6, Reason("branch.other", f"another branch: {one.branch} / {other.branch}")
