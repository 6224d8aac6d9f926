"""Matches a book with the local copy of the list: by USCC, or by name if there is no USCC. Nothing leaves the bank."""

from collections.abc import Iterable
from typing import Protocol

from msgspec.structs import replace

from consumers.books.customers import Customer
from liancheng.naming import CUTOFF, Match, NameIndex, NameReason
from liancheng.records.entries import Entry, Level
from liancheng.records.facts import Model


class BookMatch(Model, tag="book_match", frozen=True, kw_only=True):
    """A customer and a company of the list that it is (by `uscc`), or may be (by `name`: score 0 to 1, reasons)."""

    line: int
    customer_ref: str | None = None
    asked: str  # the row's USCC, or its name
    by: str  # uscc or name
    uscc: str
    name: str
    level: Level
    score: float = 1.0
    matched: str | None = None  # the name that is alike: the company's, or a former one
    reasons: tuple[NameReason, ...] = ()


class Entries(Protocol):
    """Where entries are looked up."""

    def entry(self, uscc: str) -> Entry | None: ...


class Matcher:
    """Looks customers up. `names`: all that can be found by name; they are read when the first name is looked up."""

    def __init__(self, entries: Entries, names: Iterable[Entry]) -> None:
        self._entries = entries
        self._listed = names
        self._index: NameIndex | None = None

    def matches(self, customer: Customer, cutoff: float = CUTOFF) -> list[BookMatch]:
        """The company by its USCC if the row has one; otherwise candidates by name, the best first."""
        if customer.uscc:
            entry = self._entries.entry(customer.uscc)
            return [_match(customer, entry, None)] if entry else []
        found = self._names.candidates(customer.name or "", cutoff=cutoff)
        pairs = ((one, self._entries.entry(one.uscc)) for one in found)
        return [_match(customer, entry, one) for one, entry in pairs if entry]

    @property
    def _names(self) -> NameIndex:
        if self._index is None:
            self._index = NameIndex((entry.uscc, entry.name, entry.former_names) for entry in self._listed)
        return self._index


def _match(customer: Customer, entry: Entry, by_name: Match | None) -> BookMatch:
    found = BookMatch(
        line=customer.line,
        customer_ref=customer.customer_ref,
        asked=(customer.name if by_name else customer.uscc) or "",
        by="name" if by_name else "uscc",
        uscc=entry.uscc,
        name=entry.name,
        level=entry.level,
    )
    if by_name is None:
        return found
    return replace(found, score=by_name.score, matched=by_name.matched, reasons=by_name.reasons)
