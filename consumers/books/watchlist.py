"""A bank's book of watches: the difference between the book that stands and the one that is wanted. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from liancheng.answers import filters as filtering
from liancheng.errors import WrongUseError
from liancheng.records.alerts import CustomerReference, Filters, Role, Watch

Book = Mapping[str, Watch]  # by USCC; one bank's


class BookShrinksError(WrongUseError):
    """A replacement that ends more than half of a book, and is not confirmed."""

    def __init__(self, bank: str, removed: int, standing: int) -> None:
        super().__init__(
            f"{bank}: found a book that ends {removed:,} of {standing:,} watches, more than half, expected "
            "a confirmation: if this is the whole book, repeat it with --yes, confirm=True or ?confirm=true"
        )
        self.removed = removed
        self.standing = standing


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One row of a bank's file. Without a role it means borrower when added, any role when removed.

    `filters`: None leaves those that stand; `Filters()` hides nothing.
    """

    uscc: str
    customer_ref: str | None = None
    role: Role | None = None
    filters: Filters | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What must be written to make one book of another."""

    added: tuple[Watch, ...] = ()
    changed: tuple[Watch, ...] = ()
    removed: tuple[str, ...] = ()  # USCCs
    unchanged: int = 0

    @property
    def writes(self) -> int:
        return self.counts.writes

    @property
    def counts(self) -> "BookChange":
        return BookChange(len(self.added), len(self.changed), len(self.removed), self.unchanged)


@dataclass(frozen=True, slots=True)
class BookChange:
    """What became of a book: companies by what happened to their watch."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def writes(self) -> int:
        return self.added + self.changed + self.removed

    def __add__(self, other: "BookChange") -> "BookChange":
        return BookChange(
            self.added + other.added,
            self.changed + other.changed,
            self.removed + other.removed,
            self.unchanged + other.unchanged,
        )


@dataclass(slots=True)
class _Wanted:
    references: set[CustomerReference] = field(default_factory=set)
    filters: Filters | None = None
    says_filters: bool = False


def watches_of(bank: str, rows: Iterable[WatchRow]) -> dict[str, Watch]:
    """The book that the rows describe: one watch for each USCC, with all references of its rows.

    Where several rows of one USCC have filters, the watch has what lets all of them through.
    """
    return {uscc: _made(bank, uscc, wanted) for uscc, wanted in _wanted(rows).items()}


def adding(bank: str, book: Book, rows: Iterable[WatchRow]) -> Difference:
    """References are merged with those that stand, filters stay unless a row has some; nothing is removed."""
    merged = {}
    for uscc, wanted in _wanted(rows).items():
        if uscc in book:
            wanted.references.update(book[uscc].references)
            if not wanted.says_filters:
                wanted.filters = book[uscc].filters
        merged[uscc] = _made(bank, uscc, wanted)
    return _difference(book, merged, set(merged))


def replacing(book: Book, wanted: Book) -> Difference:
    """The book becomes exactly what is wanted."""
    return _difference(book, wanted, set(book) | set(wanted))


def require_confirmed(bank: str, removed: int, standing: int) -> None:
    """Raises BookShrinksError if more than half of a book would end: a part is easily sent as the whole."""
    if removed * 2 > standing:
        raise BookShrinksError(bank, removed, standing)


def removing(book: Book, rows: Iterable[WatchRow]) -> Difference:
    """Ends the watches of the rows; where a row names a customer, that reference only, while others remain."""
    named: dict[str, list[WatchRow]] = {}
    for row in rows:
        named.setdefault(row.uscc, []).append(row)
    left = {uscc: _without(book[uscc], rows_) for uscc, rows_ in named.items() if uscc in book}
    return _difference(book, {uscc: watch for uscc, watch in left.items() if watch}, set(named))


def _wanted(rows: Iterable[WatchRow]) -> dict[str, _Wanted]:
    found: dict[str, _Wanted] = {}
    for row in rows:
        wanted = found.setdefault(row.uscc, _Wanted())
        if row.customer_ref:
            wanted.references.add(CustomerReference(customer_ref=row.customer_ref, role=row.role or "borrower"))
        if row.filters is not None:
            first = not wanted.says_filters
            wanted.filters = row.filters if first else filtering.wider(wanted.filters, row.filters)
            wanted.says_filters = True
    return found


def _made(bank: str, uscc: str, wanted: _Wanted) -> Watch:
    return watch_of(bank, uscc, wanted.references, wanted.filters)


def watch_of(bank: str, uscc: str, references: Iterable[CustomerReference], filters: Filters | None = None) -> Watch:
    """References and filters in one order: the same watch is the same bytes, whatever order a file has."""
    ordered = sorted(set(references), key=lambda reference: (reference.customer_ref, reference.role))
    return Watch(uscc=uscc, bank=bank, references=tuple(ordered), filters=filtering.plain(filters))


def _without(watch: Watch, rows: list[WatchRow]) -> Watch | None:
    if any(row.customer_ref is None for row in rows):
        return None
    left = [reference for reference in watch.references if not any(_names(row, reference) for row in rows)]
    if len(left) == len(watch.references):
        return watch
    return watch_of(watch.bank, watch.uscc, left, watch.filters) if left else None


def _names(row: WatchRow, reference: CustomerReference) -> bool:
    return row.customer_ref == reference.customer_ref and row.role in {None, reference.role}


def _difference(book: Book, wanted: Book, usccs: set[str]) -> Difference:
    ordered = sorted(usccs)
    added = tuple(wanted[uscc] for uscc in ordered if uscc in wanted and uscc not in book)
    changed = tuple(wanted[uscc] for uscc in ordered if uscc in wanted and uscc in book and wanted[uscc] != book[uscc])
    removed = tuple(uscc for uscc in ordered if uscc in book and uscc not in wanted)
    return Difference(added, changed, removed, len(usccs) - len(added) - len(changed) - len(removed))
