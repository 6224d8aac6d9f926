"""Texts of citations: what they cite, and what the receipt says of the rest."""

from functools import lru_cache
from typing import NamedTuple

from liancheng.records.facts import Citation, Finding
from liancheng.standard.citations import Parsed, parse
from liancheng.text import spelling
from liancheng.text.findings import warning


class Cited(NamedTuple):
    """A text of citations as printed, as read, and `compact` for telling whether two printings say the same."""

    printed: str | None = None
    compact: str | None = None
    parsed: Parsed = Parsed()
    findings: tuple[Finding, ...] = ()


@lru_cache(maxsize=16_384)
def read_cited(printed: str, field: str) -> Cited:
    """The citations of legal_basis or violated. Finding: `citation.unresolved` (warning)."""
    parsed = parse(printed)
    findings = tuple(_unresolved(field, printed, problem) for problem in parsed.problems)
    return Cited(printed, spelling.compact(printed), parsed, findings)


def _unresolved(field: str, printed: str, problem: str) -> Finding:
    remedy = "mend the citation and send the next revision; until then it judges nothing"
    return warning(field, "citation.unresolved", printed, problem, remedy)


def by_role(basis: Parsed, violated: Parsed) -> tuple[tuple[Citation, ...], tuple[Citation, ...]]:
    """The citations punished under and those violated, of the texts of the two fields.

    Many agencies print the whole sentence in one field, 违反…第二十五条的规定,依据…第三十一条: there the words decide,
    and the field where there are none.
    """
    if not basis.violated and not violated.basis:
        return basis.citations, violated.citations  # nearly all: each field holds its own
    punished = [c for c in basis.citations if c in basis.basis or c not in basis.violated]
    punished += [c for c in violated.citations if c in violated.basis]
    offended = [c for c in violated.citations if c in violated.violated or c not in violated.basis]
    offended += [c for c in basis.citations if c in basis.violated]
    return tuple(dict.fromkeys(punished)), tuple(dict.fromkeys(offended))
