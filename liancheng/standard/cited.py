"""The two citation fields of a decision: their citations, and findings about what could not be read."""

from functools import lru_cache
from typing import NamedTuple

from liancheng.records.facts import Citation, Finding
from liancheng.standard.citations import Parsed, parse
from liancheng.text import spelling
from liancheng.text.findings import warning


class Cited(NamedTuple):
    """A text of citations as printed and as read; `compact` shows whether two printings are the same."""

    printed: str | None = None
    compact: str | None = None
    parsed: Parsed = Parsed()
    findings: tuple[Finding, ...] = ()


@lru_cache(maxsize=16_384)
def read_cited(printed: str, field: str) -> Cited:
    """Reads the citations of legal_basis or violated. Finding: `citation.unresolved` (warning)."""
    parsed = parse(printed)
    findings = tuple(_unresolved(field, printed, problem) for problem in parsed.problems)
    return Cited(printed, spelling.compact(printed), parsed, findings)


def _unresolved(field: str, printed: str, problem: str) -> Finding:
    remedy = "correct the citation and send the next revision; until then it has no effect"
    return warning(field, "citation.unresolved", printed, problem, remedy)


def by_role(basis: Parsed, violated: Parsed) -> tuple[tuple[Citation, ...], tuple[Citation, ...]]:
    """Returns the citations punished under and those violated, from the texts of the two fields.

    Many agencies print the whole sentence in one field, 违反…第二十五条的规定,依据…第三十一条: then these words decide;
    without such words, the field decides.
    """
    if not basis.violated and not violated.basis:
        return basis.citations, violated.citations  # nearly all: each field holds its own
    punished = [c for c in basis.citations if c in basis.basis or c not in basis.violated]
    punished += [c for c in violated.citations if c in violated.basis]
    offended = [c for c in violated.citations if c in violated.violated or c not in violated.basis]
    offended += [c for c in basis.citations if c in basis.violated]
    return tuple(dict.fromkeys(punished)), tuple(dict.fromkeys(offended))
