"""What a bank is answered when it screens. Their receipts: `screening_receipts.py`."""

from datetime import date, datetime
from typing import Any

from liancheng.answers.alerting import telling
from liancheng.explaining.words import Explanation
from liancheng.naming.factors import Reason as NameReason
from liancheng.records.alerts import Measure, Reason
from liancheng.records.entries import Entry, Level
from liancheng.records.facts import Model
from liancheng.records.screening_receipts import EntryProof, ListPosition, ScreeningReceipt


class Company(Model, frozen=True, kw_only=True):
    """One company on the list. Not `known`: it has no entry, and its level is clear.

    `since`: the day of its level. `sequence` and `entry_sha256` (of the entry's bytes) name the entry that this was
    read from. `reasons` and `measures` are as in an alert.
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
    """The list at the end of `as_of`, as it was known at `known_at`; it had been told of days to `reached`."""

    as_of: date
    reached: date | None = None
    known_at: datetime | None = None


class CompanyAnswer(Company, frozen=True, kw_only=True):
    """Answer to `GET /v1/companies/{uscc}`. `position` of the list now, or `past`."""

    position: ListPosition | None = None
    past: Past | None = None
    explanation: Explanation | None = None  # where it was asked for; None where there is no entry


class NameMatch(Model, frozen=True, kw_only=True):
    """A company that may be the one asked for. `matched` is alike: its name, or a former one. `score`: 0 to 1."""

    company: Company
    matched: str
    score: float
    exact: bool  # the same text after normalisation
    reasons: tuple[NameReason, ...]


class NamesAnswer(Model, frozen=True, kw_only=True):
    """Answer to `GET /v1/companies?name=`. `names`: how many companies were searched."""

    asked: str
    normalised: str
    matches: tuple[NameMatch, ...]
    names: int
    position: ListPosition


class AskedRow(Model, frozen=True, kw_only=True):
    """One row of a book: a USCC, or a name where there is none; `customer_ref` comes back in the answer."""

    uscc: str | None = None
    name: str | None = None
    customer_ref: str | None = None


class Book(Model, frozen=True, kw_only=True):
    """Body of `POST /v1/screenings`."""

    companies: tuple[AskedRow, ...]


class RowError(Model, frozen=True, kw_only=True):
    """Why a row was not screened. `code` is stable."""

    code: str
    detail: str


class ScreenedRow(Model, tag="row", frozen=True, kw_only=True):
    """What became of one row: `company` by its USCC, `matches` by its name, or `error`. `row` counts from 1."""

    row: int
    customer_ref: str | None = None
    company: Company | None = None
    matches: tuple[NameMatch, ...] | None = None
    error: RowError | None = None


class Summary(Model, frozen=True, kw_only=True):
    """Rows of a book; how many were refused, and how many companies (matches by name not counted) had which level."""

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
    """The last line of a stream: without it the stream was broken off."""

    summary: Summary
    receipt: ScreeningReceipt


def company(uscc: str, entry: Entry | None, sha256: str | None, standard: str) -> Company:
    """A company as it is answered. `standard`: the version in force, for one without an entry."""
    if entry is None:
        return Company(uscc=uscc, known=False, level="clear", standard=standard)
    return Company(**fields_of(entry, sha256))


def fields_of(entry: Entry, sha256: str | None) -> dict[str, Any]:
    """The fields of `Company` that follow from an entry."""
    told = telling(entry).current
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
        "reasons": told.reasons,
        "measures": told.measures,
    }


def proof_of(company: Company) -> EntryProof | None:
    """Which entry a company was read from; None where it has none."""
    if company.sequence is None or company.entry_sha256 is None:
        return None
    return EntryProof(uscc=company.uscc, sequence=company.sequence, sha256=company.entry_sha256)
