"""How alike two names are, and why.

企业名称相同相近比对规则 (工商企注字〔2017〕133号), article 3: names of the same words in another order are the same,
and so are those of the same core and trade whose division or form differs. Article 4: near are those whose trade is
said in other words or whose core sounds the same. The rule is about names within one register. Across registers another
division is another company, so here it lowers the score below the cutoff.
"""

from collections.abc import Iterator

import msgspec

from liancheng.naming import factors
from liancheng.naming.factors import Reason
from liancheng.naming.parts import Name, parse
from liancheng.text.spelling import is_traditional

CUTOFF = 0.75  # from here on a bank should look; docs/screening.md has what it costs and catches
_BEST_NOT_EXACT = 0.99


class Comparison(msgspec.Struct, frozen=True):
    """`score`: 0 to 1, 1 only for the same text after normalisation. `reasons`: never empty."""

    score: float
    reasons: tuple[Reason, ...]


def compare(query: str, listed: str) -> Comparison:
    """How alike a name asked for and a name on the list are. The score is symmetric; no text raises."""
    one, other = parse(query), parse(listed)
    notes = [Reason("traditional_script", "traditional script")] if is_traditional(query) else []
    if one.folded and one.folded == other.folded:
        text = "the same text" if query == listed else "the same text after normalisation"
        return Comparison(1.0, (Reason("exact", text), *notes))
    score, reasons = max(_readings(one, other), key=lambda found: found[0])
    return Comparison(round(min(score, _BEST_NOT_EXACT), 4), (*reasons, *notes))


def _readings(one: Name, other: Name) -> Iterator[tuple[float, list[Reason]]]:
    """Each way to read the pair; the best one counts."""
    yield factors.score(one, other)
    if _moved(one, other):
        yield 0.93, [Reason("other_order", "the same characters in another order")]
    for name, against in ((one, other.now), (other, one.now)):
        if name.formerly:
            for part, code in ((name.now, "without_former"), (name.formerly, "former_in_brackets")):
                now = compare(part, against)
                yield now.score, [*now.reasons, Reason(code, f"read without its brackets as {part}")]


def _moved(one: Name, other: Name) -> bool:
    """Whether they are the same words in another order; 构虚 for 虚构 is not: there a word was broken."""
    if one.characters != other.characters or one.numbers != other.numbers:
        return False
    return any(len(core) > 1 and core in one.folded and core in other.folded for core in (one.core, other.core))
