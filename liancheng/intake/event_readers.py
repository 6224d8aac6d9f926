"""Turns events into facts: one reader for each type of event, which reports all findings at once."""

from collections.abc import Callable

from liancheng.intake import steps
from liancheng.intake.decisions import read_decision
from liancheng.intake.fields import Stamp
from liancheng.records.events import (
    Decision,
    Event,
    MonthClosed,
    Objection,
    Performance,
    Recognition,
    Repair,
    Revocation,
)
from liancheng.records.facts import (
    DecisionFact,
    Finding,
    MonthFact,
    ObjectionFact,
    PerformanceFact,
    RecognitionFact,
    RepairFact,
    RevocationFact,
)

AnyFact = DecisionFact | RevocationFact | RecognitionFact | PerformanceFact | RepairFact | ObjectionFact | MonthFact

_READERS: dict[type, Callable[..., AnyFact | None]] = {
    Decision: read_decision,
    Revocation: steps.read_revocation,
    Recognition: steps.read_recognition,
    Performance: steps.read_performance,
    Repair: steps.read_repair,
    Objection: steps.read_objection,
    MonthClosed: steps.read_month,
}


def read(event: Event, stamp: Stamp, findings: list[Finding]) -> AnyFact | None:
    """Returns the fact of `event`, or None if `findings` contains an error, including one found before."""
    return _READERS[type(event)](event, stamp, findings)
