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
    "own",  # our own compilation or interpretation: no text says it
    "U",  # memory, or not found: never enabled
]
LegalLevel = Literal[
    "law",
    "regulation",
    "ministry_rule",
    "policy_document",  # 规范性文件: notices and opinions of central bodies
    "local_regulation",
    "memorandum",
    "own_compilation",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


class StandardPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, eq=False, gc=False):
    """The base of every part of a version. `eq=False`: parts compare by identity, which makes them cheap cache keys."""


class Rule(StandardPart, frozen=True, kw_only=True, eq=False):
    """A rule with its source. `wording` is Chinese, quoted if `mark` is V or VL. `province`: GB/T 2260; None: all."""

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
        """Returns whether it is enabled and applies on that day, and in that province if it is one province's rule."""
        in_time = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return self.enabled and in_time and self.province in (None, province)


class Listing(Rule, frozen=True, kw_only=True, eq=False):
    """How a subject gets on the list: by a decided recognition, or by an entry act alone."""

    mode: Literal["by_decision", "by_rule"]


class NoPenalty(Rule, frozen=True, kw_only=True, eq=False):
    """Kinds that agencies print among the penalties although they are none."""

    kinds: tuple[Kind, ...]


class Parameter(StandardPart, frozen=True, kw_only=True, eq=False):
    """A limit in yuan that rules can name. While it is unset, those rules fit no decision."""

    meaning: str
    value: int | None = None


class LevelRule(Rule, frozen=True, kw_only=True, eq=False):
    name: Level


class Period(Rule, frozen=True, kw_only=True, eq=False):
    """How long a severity is published, in months from the decision. Repair is possible after `min_months`."""

    severity: PublicationSeverity
    min_months: int = 0
    max_months: int = 0
    published: bool = True
    early_repair: bool = True


class SeverityRule(Rule, frozen=True, kw_only=True, eq=False):
    """Which decisions have a severity: all conditions set must hold. If `severity` is None, they are not published."""

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
    """The publication rules for decisions of a range of days. The first of `rules` that fits a decision judges it."""

    id: str
    name: str
    first: date
    last: date | None = None
    severities: tuple[Period, ...]
    rules: tuple[SeverityRule, ...]
    unperformed: Rule | None = None  # makes the end of publication with the duty unperformed a state of its own

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def all_rules(self) -> tuple[Rule, ...]:
        return (*self.severities, *self.rules, *((self.unperformed,) if self.unperformed else ()))


class RepairRule(Rule, frozen=True, kw_only=True, eq=False):
    """A condition that a repair must meet if the rule is in force on the repair's day and in its province."""

    condition: Literal["min_period", "performed", "commitment", "not_listed"]


class ObjectionTerm(Rule, frozen=True, kw_only=True, eq=False):
    """Within how many working days a province must decide an objection, not counting the day it was raised."""

    working_days: int


class RepeatRule(Rule, frozen=True, kw_only=True, eq=False):
    """The same violation with intent, decided `times` times within `within_months` months, makes a candidate."""

    times: int
    within_months: int


class EntryAct(Rule, frozen=True, kw_only=True, eq=False):
    """An entry act 认定情形 that leads to the list. `words` in the facts raise a question, never a verdict."""

    act: int
    words: tuple[str, ...] = ()


class MeasureRule(Rule, frozen=True, kw_only=True, eq=False):
    measure_class: MeasureClass
    levels: tuple[Level, ...]


class Standard(StandardPart, frozen=True, kw_only=True, eq=False):
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
        """Returns every rule of the version."""
        of_regimes = (rule for regime in self.regimes for rule in regime.all_rules())
        general = (self.listing, self.counting, self.transition, self.no_penalty)
        of_life = (*self.repairs, *self.objections, *self.repeats)
        return (*general, *self.levels, *of_regimes, *of_life, *self.acts, *self.measures)

    def rule(self, rule_id: str) -> Rule | None:
        """Returns the rule that a verdict, a cause or a measure names; None if this version has none of that id."""
        return next((rule for rule in self.rules() if rule.id == rule_id), None)

    def regime_on(self, day: date) -> Regime | None:
        return next((regime for regime in self.regimes if regime.covers(day)), None)

    def act(self, number: int) -> EntryAct | None:
        """Returns the entry act of that number, or None if this version does not have it or has it disabled."""
        return next((act for act in self.acts if act.act == number and act.enabled), None)
