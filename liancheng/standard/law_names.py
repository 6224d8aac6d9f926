"""The names by which laws are cited: full titles, short forms, and names that must not be guessed."""

from functools import cache
from typing import Literal, NamedTuple

from liancheng.standard import tables

Use = Literal[
    "cite",
    "drop",  # procedure and payment, never a violation: 行政处罚法
    "back",  # stands for a law printed before it in the same text: 《条例》, 本法
    "ambiguous",  # two laws share it
    "unknown",  # looks like a known law but is another statute: 水法
]


class LawName(NamedTuple):
    """One printed name. `only_articles`: an inexact name is accepted only with these articles; empty means with all."""

    alias: str
    canonical: str
    use: Use
    edition: str | None
    only_articles: frozenset[int]
    note: str


@cache
def names() -> dict[str, LawName]:
    """Returns all names in `law_names.csv` by their printed form (half-width brackets)."""
    return {row["alias"]: _name(row) for row in tables.rows("law_names.csv")}


def _name(row: dict[str, str]) -> LawName:
    only = frozenset(int(article) for article in row["only_articles"].split(";") if article)
    use: Use = row["use"]  # type: ignore[assignment]  # the packaged table, checked by its test
    return LawName(row["alias"], row["canonical"], use, row["edition"] or None, only, row["note"])


def find(printed: str) -> LawName | None:
    """Returns the law of a printed name, or None if the standard does not know it. Never guesses."""
    if "裁量" in printed:  # discretion guidelines are not laws, whatever their title
        return LawName(printed, "", "drop", None, frozenset(), "")
    return names().get(printed)


def find_at_end(run: str) -> tuple[str, LawName] | None:
    """Returns the text before the longest known name at the end of `run`, a text without brackets, and that law.

    Longest first, as 海洋环境保护法 ends in 环境保护法.
    """
    known = names()
    return next(((run[:start], known[run[start:]]) for start in range(len(run)) if run[start:] in known), None)
