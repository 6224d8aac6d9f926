"""Watches, alerts, and the banks they belong to."""

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
    """The bank's own reference for a customer and the customer's role; repeated in every alert."""

    customer_ref: str
    role: Role = "borrower"


class Filters(Model, frozen=True, kw_only=True):
    """Which alerts about a company a bank does not want; the rule is in `liancheng/answers/filters.py`.

    min_level: changes below it are not reported, unless the bank has had an alert about a level before.
    kinds, provinces: changes that leave the level as it is are reported only if they are of these kinds and caused by a
    document of these provinces; empty means all.
    """

    min_level: FilterLevel = "penalised"
    kinds: tuple[ChangeKind, ...] = ()
    provinces: tuple[str, ...] = ()


class Watch(Model, tag="watch", frozen=True, kw_only=True):
    """A bank watches a company. Key on `watchlists`: `<uscc>/<bank>`; a tombstone ends the watch."""

    uscc: str
    bank: str
    references: tuple[CustomerReference, ...] = ()
    filters: Filters | None = None  # None: every change is reported


class Told(Model, frozen=True, kw_only=True):
    """The last alert made for one watch."""

    alert_id: str
    sequence: int
    level: Level


class WatchState(Model, tag="watch_state", frozen=True, kw_only=True):
    """State of `alerting` for one watch: the watch and its last alert."""

    watch: Watch
    told: Told | None = None


class ApiKey(Model, frozen=True, kw_only=True):
    """A key for a bank's programs to the HTTP service, without the secret itself.

    `sha256`: hex, of the whole key, which is shown only once. The key is valid until `ends_at` (None: until revoked).
    """

    id: str
    sha256: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    ends_at: datetime | None = None


class Bank(Model, tag="bank", frozen=True, kw_only=True):
    """A subscribing bank, on the `banks` register. `id` names its topic `alerts.<id>`.

    A removed bank stays on the register without keys, and its alerts stay as proof of what was sent to it.
    """

    id: str
    name: str
    keys: tuple[ApiKey, ...] = ()
    requests_per_s: float | None = None  # None: the service's default
    removed_at: datetime | None = None


class ReasonAct(Model, frozen=True, kw_only=True):
    act: int
    rule: str
    source: str
    mark: str


class Reason(Model, frozen=True, kw_only=True):
    """One document that gives a level, as shown to a bank."""

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
    objection_due_day: date | None = None  # by when an open one must be decided
    repeats: tuple[str, ...] = ()  # rules across documents that count this one


class Measure(Model, frozen=True, kw_only=True):
    """A consequence of a level. For banks only `reference` ones: what a bank may consider, never an order."""

    id: str
    measure_class: MeasureClass
    text: str
    source: str
    mark: str


class Alert(Model, tag="alert", frozen=True, kw_only=True):
    """The notice to one bank about one change of one company.

    `id` is `<uscc>/<sequence>/<bank>`, with `/current` appended if it answers a new watch. `number` is gapless per bank
    from 1; it is 0 on `alerts`, before `dispatch` numbers it. The Kafka timestamp of the record on `alerts.<bank>` is
    when the alert was made; the SDK fills `made_at` from it.
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
    supersedes: str | None = None  # id of the bank's previous alert about this company
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    made_at: datetime | None = None


class BankState(Model, tag="bank_state", frozen=True, kw_only=True):
    """State of `dispatch` for one bank: the last number used."""

    bank: str
    last_number: int
