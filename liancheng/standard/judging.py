"""A version of the standard as the stages use it: judges decisions, and says what follows from a level."""

from dataclasses import dataclass

from liancheng.alerts import Measure
from liancheng.entries import Level, Verdict
from liancheng.facts import DecisionFact
from liancheng.standard import judge
from liancheng.standard.loader import current
from liancheng.standard.model import Standard


@dataclass(frozen=True)
class StandardJudge:
    """The `Judge` of `sanction_list`."""

    standard: Standard

    @property
    def version(self) -> str:
        return self.standard.version

    @property
    def by_rule(self) -> bool:
        return self.standard.listing.mode == "by_rule"

    def __call__(self, decision: DecisionFact) -> Verdict:
        return judge.judge(decision, self.standard)

    def measures(self, level: Level) -> tuple[Measure, ...]:
        return judge.measures(level, self.standard)


def current_judge() -> StandardJudge:
    return StandardJudge(current())
