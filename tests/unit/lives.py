"""Made-up documents and random lives of them: what a subject hears from `standardise`, in any order of arrival."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from liancheng.joint_list import fold
from liancheng.records.entries import ActFinding, Entry, Verdict
from liancheng.records.facts import (
    DecisionFact,
    Document,
    DocumentMoved,
    Fact,
    ObjectionFact,
    PerformanceFact,
    RecognitionFact,
    RepairFact,
    RevocationFact,
)
from liancheng.standard import current, repairs
from liancheng.standard.model import RepairRule, RepeatRule
from liancheng.standard.objections import Due

BODY = "91990000MA000000X"
USCC = BODY + stdnum_uscc.calc_check_digit(BODY)
NAME = "虚构示例化工有限公司"
FIRST = date(2026, 9, 1)
LAST = FIRST + timedelta(days=80)  # later than anything in a random life, and than any expiry in it
FACETS = (
    "decision",
    "recognition_notice",
    "recognition_decided",
    "recognition_removed",
    "performance_payment",
    "performance_correction",
    "repair",
    "objection_raised",
    "objection_resolved",
    "revocation",
)

UNHURRIED = settings(deadline=None, max_examples=60)  # a busy machine is no failure

Penalty = Document | DocumentMoved


_RULE: dict[str, Any] = {
    "wording": "示例", "source": "示例", "level": "own_compilation", "mark": "own", "valid_from": date(2000, 1, 1)
}  # fmt: skip
REPEAT = RepeatRule(id="test.repeat", times=2, within_months=1, **_RULE)
# Only its repair conditions are used.
_STANDARD = msgspec.structs.replace(
    current(),
    repairs=(
        RepairRule(id="test.min_period", condition="min_period", **_RULE),
        RepairRule(id="test.commitment", condition="commitment", **_RULE),
        RepairRule(id="test.not_listed", condition="not_listed", **_RULE),
    ),
)


@dataclass(frozen=True)
class ShortPeriods:
    """A standard whose periods are days: a decision is published for ten days more for each kind of penalty.

    A warning alone is not published. Each act that the agency states counts, but for act 14. A repair counts from two
    days after the decision. Ending with the duty unperformed is a state of its own where something was confiscated.
    """

    version: str = "test.1"
    days: int = 10
    by_rule: bool = False
    repeats: tuple[RepeatRule, ...] = (REPEAT,)

    def repair_lacks(self, document: Document, verdict: Verdict, others: Sequence[Document] = ()) -> tuple[str, ...]:
        return tuple(lack.rule for lack in repairs.lacks(document, verdict, _STANDARD, others))

    def objection_due(self, province: str, raised_day: date) -> Due | None:
        return Due(raised_day + timedelta(5), "test.term")

    def __call__(self, decision: DecisionFact) -> Verdict:
        published = decision.kinds != ("warning",)
        return Verdict(
            standard=self.version,
            severity="general" if published else "minor",
            severity_rule="test.general" if published else "test.minor",
            last_published_day=decision.decision_day + timedelta(self.days * len(decision.kinds))
            if published
            else None,
            earliest_repair_day=decision.decision_day + timedelta(2) if published else None,
            unperformed_rule="test.unperformed" if "confiscation" in decision.kinds else None,
            classes=("test.class",) if decision.intentional else (),
            acts=tuple(
                ActFinding(
                    act=act, counts=act != 14, by="stated", citation="", rule=f"act.{act}", source="示例", mark="own"
                )
                for act in decision.stated_acts
            ),
        )


JUDGE = ShortPeriods()


def stamp(facet: str, revision: int, accepted_at: datetime, document_id: str = "d1") -> dict[str, Any]:
    """What every fact has. The event's id is the digest: nobody sends other content under the same revision here."""
    event_id = f"{document_id}/{facet}/{revision}"
    sent_at = accepted_at - timedelta(seconds=1)
    return {
        "revision": revision,
        "event_id": event_id,
        "digest": event_id,
        "submitted_at": sent_at,
        "accepted_at": accepted_at,
    }


def noon(day: date) -> datetime:
    """Noon of a day in Shanghai."""
    return datetime.combine(day, time(4), tzinfo=UTC)


class Told(NamedTuple):
    """One event of a document: `details` replace what a plain fact of that facet has."""

    facet: str  # one of FACETS, or "away": a revision that names another company
    accepted_at: datetime
    details: dict[str, Any]


def told(facet: str, accepted: date, **details: Any) -> Told:
    """An event accepted at noon of that day."""
    return Told(facet, noon(accepted), details)


def snapshots(document_id: str, events: Sequence[Told]) -> list[Penalty]:
    """What the subject hears of a document with these events, as the fold of one document would send it."""
    document = Document(
        id=document_id,
        province="990000",
        authority="虚构市生态环境局",
        document_no=f"虚环罚〔2026〕{document_id}号",
        version=0,
    )
    heard: list[Penalty] = []
    revisions = dict.fromkeys(FACETS, 0)
    ours = True
    for event in events:
        facet = "decision" if event.facet == "away" else event.facet
        revisions[facet] += 1
        fact = _fact(facet, stamp(facet, revisions[facet], event.accepted_at, document_id), event)
        document = msgspec.structs.replace(document, version=document.version + 1, **{facet: fact})
        was_ours, ours = ours, (event.facet != "away" if facet == "decision" else ours)
        if document.decision and ours:
            heard.append(document)
        elif was_ours and heard and not ours:
            heard.append(_moved(document, fact))
    return heard


def _fact(facet: str, common: dict[str, Any], event: Told) -> Fact:
    day = common["accepted_at"].date()
    if facet == "decision":
        plain = {"uscc": USCC, "name": NAME, "decision_day": day, "kinds": ("fine",), "fine_fen": 1_000_000}
        return DecisionFact(**common | plain | event.details)
    if facet == "revocation":
        return RevocationFact(**common | {"revoked_day": day} | event.details)
    if facet.startswith("recognition"):
        return RecognitionFact(**common | {"recognition_no": "虚认〔2026〕1号", "day": day} | event.details)
    if facet.startswith("performance"):
        return PerformanceFact(**common | {"day": day} | event.details)
    if facet == "repair":
        return RepairFact(**common | {"day": day, "commitment": True} | event.details)
    outcome = {"outcome": "unfounded"} if facet == "objection_resolved" else {}
    return ObjectionFact(**common | {"day": day} | outcome | event.details)


def _moved(document: Document, fact: Any) -> DocumentMoved:
    return DocumentMoved(
        id=document.id,
        version=document.version,
        event_id=fact.event_id,
        submitted_at=fact.submitted_at,
        accepted_at=fact.accepted_at,
    )


# ---- random lives

_KINDS = st.sampled_from([("fine",), ("fine", "confiscation"), ("fine", "confiscation", "closed"), ("warning",)])
_ACTS = st.sampled_from([(), (), (6,), (3, 7), (7, 14), (14,)])
_DAYS = st.integers(0, 40).map(lambda days: FIRST + timedelta(days))
_INSTANTS = st.integers(0, 40 * 24).map(
    lambda hours: datetime.combine(FIRST, time(0, 30), tzinfo=UTC) + timedelta(hours=hours)
)
_NAMES = st.sampled_from([NAME, "虚构示例化工股份有限公司"])
_LONG = st.sampled_from([None, "虚构的事实。" * 20])


@st.composite
def _events(draw: st.DrawFn) -> list[Told]:
    """One document's events in the order of their acceptance. Their own days may be in any order."""
    facets = draw(st.lists(st.sampled_from(("decision", "decision", *FACETS, "away")), min_size=1, max_size=6))
    instants = sorted(draw(st.lists(_INSTANTS, min_size=len(facets), max_size=len(facets))))
    return [Told(facet, instant, draw(_details(facet))) for facet, instant in zip(facets, instants, strict=True)]


def _details(facet: str) -> st.SearchStrategy[dict[str, Any]]:
    if facet in ("decision", "away"):
        return st.fixed_dictionaries(
            {
                "name": _NAMES,
                "decision_day": _DAYS,
                "kinds": _KINDS,
                "stated_acts": _ACTS,
                "intentional": st.booleans(),
                "facts": _LONG,
            }
        )
    return st.fixed_dictionaries({"revoked_day" if facet == "revocation" else "day": _DAYS})


@dataclass(frozen=True)
class Life:
    """What a subject hears of each of its documents, each in its own order."""

    documents: tuple[tuple[Penalty, ...], ...]

    @property
    def length(self) -> int:
        return sum(map(len, self.documents))

    def in_order(self, turns: Sequence[int]) -> list[Penalty]:
        """All of it; `turns` says whose next one comes: each document's number as often as it is heard of."""
        queues = [iter(document) for document in self.documents]
        return [next(queues[turn]) for turn in turns]


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """One to four documents of one subject, heard of at least once."""
    drawn = draw(st.lists(_events(), min_size=1, max_size=4))
    heard = (snapshots(f"d{number}", events) for number, events in enumerate(drawn, start=1))
    return Life(tuple(tuple(document) for document in heard if document))


def arrivals(life: Life) -> st.SearchStrategy[list[Penalty]]:
    """Any order that keeps each document's own."""
    turns = [number for number, document in enumerate(life.documents) for _ in document]
    return st.permutations(turns).map(life.in_order)


DAYS_SEEN = st.integers(0, (LAST - FIRST).days).map(lambda days: FIRST + timedelta(days))


def entries_of(penalties: Sequence[Penalty], last: date | None = None, judge: fold.Judge = JUDGE) -> list[Entry]:
    """Every entry of a subject that hears this, and then the days until `last`."""
    made: list[Entry] = []
    for penalty in penalties:
        entry = fold.fold(made[-1] if made else None, USCC, penalty, date.min, judge)
        made += [entry] if entry else []
    return [*made, *fold.pass_days(made[-1], last, judge)] if made and last else made
