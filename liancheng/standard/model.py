"""The unified standard as data: what one version's TOML file holds. Every rule says where it comes from."""

from datetime import date
from typing import Literal, get_args

import msgspec

from liancheng.records.alerts import MeasureClass
from liancheng.records.entries import Level, PublicationSeverity
from liancheng.records.facts import Kind

Mark = Literal[
    "V",  # the passage was read in a copy
    "VL",  # read in the public repository LawRefBook/Laws
    "S",  # known from a report or a paraphrase
    "own",  # our own compilation or reading: no text says it
    "U",  # memory, or not found: never enabled
]
LegalLevel = Literal[
    "law",
    "regulation",
    "ministry_rule",
    "policy_document",  # 规范性文件: notices and opinions of the centre
    "local_regulation",
    "memorandum",
    "own_compilation",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, eq=False, gc=False):
    """The base of everything in a version's file. `eq=False`: a version is itself, and cheap as a cache's key."""


class Rule(Part, frozen=True, kw_only=True, eq=False):
    """`wording` is Chinese, as printed where `mark` is V or VL. `province`: a GB/T 2260 code, None for all."""

    id: str
    wording: str
    source: str
    level: LegalLevel
    mark: Mark
    valid_from: date
    valid_to: date | None = None
    province: str | None = None
    note: str = ""
    enabled: bool = True

    def in_force(self, day: date, province: str | None = None) -> bool:
        """Whether it is enabled and governs that day, and that province where it is one province's rule."""
        in_time = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return self.enabled and in_time and self.province in (None, province)


class Listing(Rule, frozen=True, kw_only=True, eq=False):
    """How a subject comes onto the list: by a decided recognition, or by the entry acts alone."""

    mode: Literal["by_decision", "by_rule"]


class NoPenalty(Rule, frozen=True, kw_only=True, eq=False):
    """Kinds that agencies print beside the penalties and that are none."""

    kinds: tuple[Kind, ...]


class Parameter(Part, frozen=True, kw_only=True, eq=False):
    """A limit in yuan that a rule may name. Unset, the rules that name it rest."""

    meaning: str
    value: int | None = None


class LevelRule(Rule, frozen=True, kw_only=True, eq=False):
    name: Level


class Period(Rule, frozen=True, kw_only=True, eq=False):
    """How long a severity is published, in months from the decision. `min_months` is when repair may be asked for."""

    severity: PublicationSeverity
    min_months: int = 0
    max_months: int = 0
    published: bool = True
    early_repair: bool = True


class SeverityRule(Rule, frozen=True, kw_only=True, eq=False):
    """Which decisions have a severity: all conditions that are set must hold. `severity` None: not published."""

    severity: PublicationSeverity | None = None
    any_kind: tuple[Kind, ...] = ()
    only_kinds: tuple[Kind, ...] = KINDS
    simple_procedure: bool | None = None
    fine_at_least: str | None = None  # name of a parameter
    fine_below: str | None = None  # name of a parameter


class Regime(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    eq=False,
    rename={"first": "from", "last": "to"},
):
    """The publication rules for decisions of certain days. The first of `rules` that fits a decision judges it."""

    id: str
    name: str
    first: date
    last: date | None = None
    severities: tuple[Period, ...]
    rules: tuple[SeverityRule, ...]
    unperformed: Rule | None = None  # reaching the last published day with the duty unperformed is a state of its own

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def all_rules(self) -> tuple[Rule, ...]:
        return (*self.severities, *self.rules, *((self.unperformed,) if self.unperformed else ()))


class RepairRule(Rule, frozen=True, kw_only=True, eq=False):
    """A condition that a repair has to meet on its day, where the rule is in force on that day and in that province."""

    condition: Literal["min_period", "performed", "commitment", "not_listed"]


class ObjectionTerm(Rule, frozen=True, kw_only=True, eq=False):
    """Within how many working days a province decides an objection; the day it was raised is not counted."""

    working_days: int


class RepeatRule(Rule, frozen=True, kw_only=True, eq=False):
    """The same violation, with intent, decided on `times` times within `within_months` months: a candidate."""

    times: int
    within_months: int


class EntryAct(Rule, frozen=True, kw_only=True, eq=False):
    """A behaviour 认定情形 that leads to the list. `words` in the facts raise a question, never a verdict."""

    act: int
    words: tuple[str, ...] = ()


class MeasureRule(Rule, frozen=True, kw_only=True, eq=False):
    measure_class: MeasureClass
    levels: tuple[Level, ...]


class Standard(Part, frozen=True, kw_only=True, eq=False):
    """One version of the unified standard. `valid_from`: the first day on which it may be adopted."""

    version: str
    title: str
    valid_from: date
    listing: Listing
    counting: Rule
    transition: Rule
    no_penalty: NoPenalty
    parameters: dict[str, Parameter]
    levels: tuple[LevelRule, ...]
    regimes: tuple[Regime, ...]
    acts: tuple[EntryAct, ...]
    measures: tuple[MeasureRule, ...]
    repairs: tuple[RepairRule, ...] = ()
    objections: tuple[ObjectionTerm, ...] = ()
    repeats: tuple[RepeatRule, ...] = ()

    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the version."""
        of_regimes = (rule for regime in self.regimes for rule in regime.all_rules())
        general = (self.listing, self.counting, self.transition, self.no_penalty)
        of_life = (*self.repairs, *self.objections, *self.repeats)
        return (*general, *self.levels, *of_regimes, *of_life, *self.acts, *self.measures)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule that a verdict, a cause or a measure names."""
        return next((rule for rule in self.rules() if rule.id == rule_id), None)

    def regime_on(self, day: date) -> Regime | None:
        return next((regime for regime in self.regimes if regime.covers(day)), None)

    def act(self, number: int) -> EntryAct | None:
        """The entry act of that number, or None where this version has none or has switched it off."""
        return next((act for act in self.acts if act.act == number and act.enabled), None)
