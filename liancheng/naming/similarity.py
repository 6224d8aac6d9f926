"""How similar two names are, and why.

企业名称相同相近比对规则 (工商企注字〔2017〕133号), article 3: names with the same words in another order are the
same, and so are names with the same core and trade that differ in division or form. Article 4: names are similar if the
trade is expressed in other words or the core sounds the same. The rule is about names in one register. Across registers
a different division means a different company, so this module lowers the score below the cutoff.
"""

from collections.abc import Iterator

import msgspec

from liancheng.naming import factors
from liancheng.naming.factors import NameReason
from liancheng.naming.parts import Name, parse
from liancheng.text.spelling import is_traditional

CUTOFF = 0.75  # from this score on, a bank should look; docs/screening.md shows precision and recall
_BEST_NOT_EXACT = 0.99


class NameComparison(msgspec.Struct, frozen=True):
    """`score`: 0 to 1, and 1 only for the same text after normalisation. `reasons` is never empty."""

    score: float
    reasons: tuple[NameReason, ...]


def compare(query: str, listed: str) -> NameComparison:
    """Compares the name searched for with a name on the list. The score is symmetric. Raises nothing."""
    left, right = parse(query), parse(listed)
    notes = [NameReason("traditional_script", "traditional script")] if is_traditional(query) else []
    if left.folded and left.folded == right.folded:
        text = "the same text" if query == listed else "the same text after normalisation"
        return NameComparison(1.0, (NameReason("exact", text), *notes))
    score, reasons = max(_readings(left, right), key=lambda reading: reading[0])
    return NameComparison(round(min(score, _BEST_NOT_EXACT), 4), (*reasons, *notes))


def _readings(left: Name, right: Name) -> Iterator[tuple[float, list[NameReason]]]:
    """Each way to read the pair; the best score counts."""
    yield factors.score(left, right)
    if _is_reordered(left, right):
        yield 0.93, [NameReason("other_order", "the same characters in another order")]
    for name, against in ((left, right.now), (right, left.now)):
        if name.formerly:
            for part, code in ((name.now, "without_former"), (name.formerly, "former_in_brackets")):
                now = compare(part, against)
                yield now.score, [*now.reasons, NameReason(code, f"read without its brackets as {part}")]


def _is_reordered(left: Name, right: Name) -> bool:
    """Whether they are the same words in another order. 构虚 for 虚构 is not, as it breaks a word."""
    if left.characters != right.characters or left.numbers != right.numbers:
        return False
    return any(len(core) > 1 and core in left.folded and core in right.folded for core in (left.core, right.core))
