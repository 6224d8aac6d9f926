"""What banks ask for (watches) and are told (alerts)."""

from datetime import date, datetime
from typing import Literal

from liancheng.records.entries import Cause, ChangeKind, Level, PublicationSeverity, Standing
from liancheng.records.facts import Kind, Model, ObjectionOutcome

Role = Literal["borrower", "guarantor", "affiliate"]
AlertKind = Literal[ChangeKind, "current"]
FilterLevel = Literal["penalised", "candidate", "listed"]
MeasureClass = Literal["statutory", "administrative", "reference"]
Scope = Literal["screen", "watch", "alerts"]  # what a bank's key may be used for


class CustomerReference(Model, frozen=True, kw_only=True):
    """The bank's own mark of a customer, and the part it plays; comes back in every alert."""

    customer_ref: str
    role: Role = "borrower"


class Filters(Model, frozen=True, kw_only=True):
    """What a bank does not want to hear about a company; `liancheng/answers/filters.py` has the rule.

    min_level: below it a company is no news, unless the bank was told of a level before.
    kinds, provinces: of the changes that leave the level as it is, only these kinds, only those that a document of
    these provinces caused; empty: all.
    """

    min_level: FilterLevel = "penalised"
    kinds: tuple[ChangeKind, ...] = ()
    provinces: tuple[str, ...] = ()


class Watch(Model, tag="watch", frozen=True, kw_only=True):
    """A bank watches a company. Key on `watchlists`: `<uscc>/<bank>`; a tombstone ends the watch."""

    uscc: str
    bank: str
    references: tuple[CustomerReference, ...] = ()
    filters: Filters | None = None  # None: everything is news


class Told(Model, frozen=True, kw_only=True):
    """The last alert made for one watch."""

    alert_id: str
    sequence: int
    level: Level


class WatchState(Model, tag="watch_state", frozen=True, kw_only=True):
    """State of `alerting` for one watch: the watch AND what its bank was last told."""

    watch: Watch
    told: Told | None = None


class ApiKey(Model, frozen=True, kw_only=True):
    """A key of a bank's programs to the HTTP service, without the key itself.

    `sha256`: hex, of the whole key as it was shown once. It is valid until `ends_at` (None: until it is ended).
    """

    id: str
    sha256: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    ends_at: datetime | None = None


class Bank(Model, tag="bank", frozen=True, kw_only=True):
    """A subscribing bank, on the `banks` register. `id` names its topic `alerts.<id>`.

    A removed one stays on the register without keys: its alerts stay too, as a proof of what it was told.
    """

    id: str
    name: str
    keys: tuple[ApiKey, ...] = ()
    requests_per_s: float | None = None  # None: as the service is set
    removed_at: datetime | None = None


class ReasonAct(Model, frozen=True, kw_only=True):
    act: int
    rule: str
    source: str
    mark: str


class Reason(Model, frozen=True, kw_only=True):
    """One document behind a level, as a bank reads it."""

    document_id: str
    authority: str
    document_no: str
    decision_day: date
    kinds: tuple[Kind, ...]
    standing: Standing
    fine_fen: int | None = None
    confiscated_fen: int | None = None
    severity: PublicationSeverity | None = None
    acts: tuple[ReasonAct, ...] = ()
    earliest_repair_day: date | None = None
    last_published_day: date | None = None
    recognition_no: str | None = None
    repaired_day: date | None = None
    objection: Literal["open", ObjectionOutcome] | None = None  # an open one, or how the last one was resolved
    objection_due_day: date | None = None  # by when an open one is to be decided
    repeats: tuple[str, ...] = ()  # rules across documents that this one is a part of


class Measure(Model, frozen=True, kw_only=True):
    """What follows from a level. A bank's are `reference` only: what it is encouraged to consider, never an order."""

    id: str
    measure_class: MeasureClass
    text: str
    source: str
    mark: str


class Alert(Model, tag="alert", frozen=True, kw_only=True):
    """What one bank is told about one change of one company.

    `id` is `<uscc>/<sequence>/<bank>` (with `/current` where it answers a new watch). `number` is gapless per bank
    from 1; it is 0 on `alerts`, before `dispatch` gave it. When the alert was made is the Kafka timestamp of its
    record on `alerts.<bank>`; the SDK fills `made_at` from it.
    """

    number: int = 0
    id: str
    bank: str
    kind: AlertKind
    uscc: str
    name: str
    match: Literal["uscc"] = "uscc"
    references: tuple[CustomerReference, ...] = ()
    level_before: Level
    level_after: Level
    sequence: int
    day: date
    causes: tuple[Cause, ...] = ()
    reasons: tuple[Reason, ...] = ()
    measures: tuple[Measure, ...] = ()
    standard: str
    supersedes: str | None = None  # id of the alert about this company that the bank got before
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    made_at: datetime | None = None


class BankState(Model, tag="bank_state", frozen=True, kw_only=True):
    """State of `dispatch` for one bank: the number it gave last."""

    bank: str
    last_number: int
