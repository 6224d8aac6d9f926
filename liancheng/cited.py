"""Texts of citations: what they cite, and what the receipt says of the rest."""

from functools import lru_cache
from typing import NamedTuple

from liancheng import spelling
from liancheng.facts import Citation, Finding
from liancheng.findings import warning
from liancheng.standard.citations import parse


class Cited(NamedTuple):
    """A text of citations as printed, as read, and `compact` for telling whether two printings say the same."""

    printed: str | None = None
    compact: str | None = None
    citations: tuple[Citation, ...] = ()
    findings: tuple[Finding, ...] = ()


@lru_cache(maxsize=16_384)
def read_cited(printed: str, field: str) -> Cited:
    """The citations of legal_basis or violated. Finding: `citation.unresolved` (warning)."""
    parsed = parse(printed)
    findings = tuple(_unresolved(field, printed, problem) for problem in parsed.problems)
    return Cited(printed, spelling.compact(printed), parsed.citations, findings)


def _unresolved(field: str, printed: str, problem: str) -> Finding:
    remedy = "mend the citation and send the next revision; until then it judges nothing"
    return warning(field, "citation.unresolved", printed, problem, remedy)
