"""The answers a bank gets when it screens. The receipts that prove them are in `records/screening_receipts.py`."""

from datetime import date, datetime
from typing import Any

from liancheng.answers.watch_fold import templates_of
from liancheng.explaining.explanation import Explanation
from liancheng.naming.factors import NameReason
from liancheng.records.alerts import Measure, Reason
from liancheng.records.entries import Entry, Level
from liancheng.records.facts import Model
from liancheng.records.screening_receipts import EntryProof, ListPosition, ScreeningReceipt


class Company(Model, frozen=True, kw_only=True):
    """One company. If it is not `known`, it has no entry and its level is clear.

    `since` is the day on which its level began. `sequence` and `entry_sha256` (of the entry's bytes) identify the
    entry this was read from. `reasons` and `measures` are those of an alert.
    """

    uscc: str
    known: bool
    level: Level
    standard: str
    name: str | None = None
    former_names: tuple[str, ...] = ()
    since: date | None = None
    sequence: int | None = None
    entry_sha256: str | None = None
    next_due_day: date | None = None  # the first day on which time alone changes the entry
    reasons: tuple[Reason, ...] = ()
    measures: tuple[Measure, ...] = ()


class Past(Model, frozen=True, kw_only=True):
    """The list at the end of `as_of`, as known at `known_at`; `reached` is the newest day it had been given by then."""

    as_of: date
    reached: date | None = None
    known_at: datetime | None = None


class CompanyAnswer(Company, frozen=True, kw_only=True):
    """Answer to `GET /v1/companies/{uscc}`: with the list's `position` for today's list, with `past` for a past one."""

    position: ListPosition | None = None
    past: Past | None = None
    explanation: Explanation | None = None  # if requested; None if there is no entry


class NameMatch(Model, frozen=True, kw_only=True):
    """A company that may be the one searched for. `matched` is its similar name, present or former. `score`: 0 to 1."""

    company: Company
    matched: str
    score: float
    exact: bool  # the same text after normalisation
    reasons: tuple[NameReason, ...]


class NamesAnswer(Model, frozen=True, kw_only=True):
    """Answer to `GET /v1/companies?name=`. `names` is the number of companies searched."""

    asked: str
    normalised: str
    matches: tuple[NameMatch, ...]
    names: int
    position: ListPosition


class AskedRow(Model, frozen=True, kw_only=True):
    """One row of a book: a USCC or, without one, a name; `customer_ref` is repeated in the answer."""

    uscc: str | None = None
    name: str | None = None
    customer_ref: str | None = None


class Book(Model, frozen=True, kw_only=True):
    """Body of `POST /v1/screenings`."""

    companies: tuple[AskedRow, ...]


class RowError(Model, frozen=True, kw_only=True):
    """Why a row was not screened. `code` never changes its meaning."""

    code: str
    detail: str


class ScreenedRow(Model, tag="row", frozen=True, kw_only=True):
    """The result of one row: `company` by its USCC, `matches` by its name, or `error`. `row` counts from 1."""

    row: int
    customer_ref: str | None = None
    company: Company | None = None
    matches: tuple[NameMatch, ...] | None = None
    error: RowError | None = None


class Summary(Model, frozen=True, kw_only=True):
    """Counts for a book: its rows, those refused, and companies per level (matches by name are not counted)."""

    rows: int
    refused: int
    levels: dict[Level, int]


class ScreenedBook(Model, frozen=True, kw_only=True):
    """Answer to `POST /v1/screenings`."""

    rows: tuple[ScreenedRow, ...]
    summary: Summary
    position: ListPosition
    receipt: ScreeningReceipt


class StreamEnd(Model, tag="end", frozen=True, kw_only=True):
    """The last line of a stream. A stream without it was cut off."""

    summary: Summary
    receipt: ScreeningReceipt


def company(uscc: str, entry: Entry | None, sha256: str | None, standard: str) -> Company:
    """Returns a company's answer. `standard` is the version in force, used if it has no entry."""
    if entry is None:
        return Company(uscc=uscc, known=False, level="clear", standard=standard)
    return Company(**fields_of(entry, sha256))


def fields_of(entry: Entry, sha256: str | None) -> dict[str, Any]:
    """Returns the fields of `Company` that follow from an entry."""
    alert = templates_of(entry).current
    return {
        "uscc": entry.uscc,
        "known": True,
        "level": entry.level,
        "standard": entry.standard,
        "name": entry.name,
        "former_names": entry.former_names,
        "since": entry.level_since,
        "sequence": entry.sequence,
        "entry_sha256": sha256,
        "next_due_day": entry.next_due_day,
        "reasons": alert.reasons,
        "measures": alert.measures,
    }


def proof_of(company: Company) -> EntryProof | None:
    """Returns which entry a company was read from, or None if it has none."""
    if company.sequence is None or company.entry_sha256 is None:
        return None
    return EntryProof(uscc=company.uscc, sequence=company.sequence, sha256=company.entry_sha256)
