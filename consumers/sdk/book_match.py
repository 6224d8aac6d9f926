"""Matching a book with the local copy of the list: by USCC, and by name where there is none. Nothing leaves."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from consumers.books.watch_file import Refused, lines_of, text_of
from consumers.books.watch_rows import finding
from liancheng.naming import CUTOFF, Match, NameIndex, Reason
from liancheng.records.entries import Entry, Level
from liancheng.records.facts import Finding, Model
from liancheng.text.identity import check_uscc

_NAMES = {"name": "name", "名称": "name", "企业名称": "name", "公司名称": "name"}
_COLUMNS = ("uscc", "name", "customer_ref")


class Customer(NamedTuple):
    """One row of a bank's book: a checked USCC, or a name, or both."""

    line: int
    uscc: str | None
    name: str | None
    customer_ref: str | None


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
    reasons: tuple[Reason, ...] = ()


class Entries(Protocol):
    """Where entries are looked up."""

    def entry(self, uscc: str) -> Entry | None: ...


def customers(raw: bytes, name: str) -> Iterator[Customer | Refused]:
    """The rows of a file with the columns uscc, name, customer_ref, in CSV or JSON lines.

    Raises:
        WrongUseError: it is no text, or has neither a column of USCCs nor one of names.
    """
    for line in lines_of(text_of(raw, name), name, ("uscc", *_NAMES)):
        cells = {_NAMES.get(column, column): cell.strip() for column, cell in line.cells.items()}
        read = (line.broken,) if line.broken else _customer(line.number, cells)
        if isinstance(read, Customer):
            yield read
        else:
            yield Refused(line.number, tuple(cells.get(column, "") for column in _COLUMNS), read)


def _customer(number: int, cells: dict[str, str]) -> Customer | tuple[Finding, ...]:
    name, text = cells.get("name") or None, cells.get("uscc", "")
    if not text and not name:
        return (finding("uscc", "", "a USCC or a name", "fill in one of them"),)
    uscc, wrong = check_uscc(text) if text else (None, None)
    if text and uscc is None and wrong:
        return (wrong,)
    return Customer(number, uscc, name, cells.get("customer_ref") or None)


class Matcher:
    """Looks customers up. `names`: all that can be found by name; they are read when the first name is asked for."""

    def __init__(self, entries: Entries, names: Iterable[Entry]) -> None:
        self._entries = entries
        self._listed = names
        self._index: NameIndex | None = None

    def matches(self, customer: Customer, cutoff: float = CUTOFF) -> list[BookMatch]:
        """The company by its USCC, where the row has one; else candidates by name, the best one first."""
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
