"""A version of the standard as the stages use it: judges decisions and gives the measures of a level."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from liancheng.errors import UnavailableError, WrongUseError
from liancheng.joint_list.schedule import Schedule
from liancheng.records.alerts import Measure
from liancheng.records.entries import Level, Verdict
from liancheng.records.facts import DecisionFact, Document
from liancheng.standard import judge, repairs, working_days
from liancheng.standard.loader import CURRENT, load
from liancheng.standard.model import RepeatRule, Standard
from liancheng.standard.objections import Due


@dataclass(frozen=True)
class StandardJudge:
    """The `Judge` of the fold, by one version of the standard."""

    standard: Standard

    @property
    def version(self) -> str:
        return self.standard.version

    @property
    def by_rule(self) -> bool:
        return self.standard.listing.mode == "by_rule"

    def __call__(self, decision: DecisionFact) -> Verdict:
        return judge.judge(decision, self.standard)

    @property
    def repeats(self) -> tuple[RepeatRule, ...]:
        return judge.repeat_rules(self.standard)

    def repair_lacks(self, document: Document, verdict: Verdict, others: Sequence[Document] = ()) -> tuple[str, ...]:
        return tuple(lack.rule for lack in repairs.lacks(document, verdict, self.standard, others))

    def objection_due(self, province: str, raised_day: date) -> Due | None:
        for term in self.standard.objections:
            if term.in_force(raised_day, province) and term.province == province:
                return Due(working_days.after(raised_day, term.working_days), term.id)
        return None

    def measures(self, level: Level) -> tuple[Measure, ...]:
        return judge.measures(level, self.standard)

    def bank_measures(self, level: Level) -> tuple[Measure, ...]:
        """Returns those for banks: what a bank is encouraged to consider. The others bind administrative bodies."""
        return judge.bank_measures(level, self.standard)


@cache
def judge_of(version: str) -> StandardJudge:
    """Returns the judge of a packaged version. Raises WrongUseError if there is no such version."""
    return StandardJudge(load(version))


def required_judge(version: str) -> StandardJudge:
    """Returns the judge of a version that a record names.

    Raises:
        UnavailableError: the version is not installed. A stage then waits; any other version would judge wrongly.
    """
    try:
        return judge_of(version)
    except WrongUseError as error:
        raise UnavailableError(f"{error}; install the package that contains it; the stage waits until then") from error


def current_schedule() -> Schedule:
    """Returns the versions in force before any adoption is known."""
    return Schedule(required_judge, CURRENT)


def current_judge() -> StandardJudge:
    """Returns the judge of the version in force until another one is adopted."""
    return judge_of(CURRENT)
