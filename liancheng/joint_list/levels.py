"""The level that follows from how documents stand: the worst of a subject's documents and of its repeats."""

from collections.abc import Sequence
from typing import Literal

from liancheng.records.entries import RANK, ChangeKind, Level, Repeat, Standing, Verdict
from liancheng.records.facts import Document

Recognition = Literal["notice", "decided", "removed"]
_ENDED: frozenset[Standing] = frozenset(("revoked", "moved"))  # nothing of it counts, its recognition neither


def recognition(document: Document) -> Recognition | None:
    """The step of the recognition that stands; its days order the steps, not their arrival.

    A removal ends what is not of a later day. So a recognition decided anew after it lists again, and a decision or
    removal that arrives late, or is corrected, does not.
    """
    notice, decided, removed = (
        document.recognition_notice,
        document.recognition_decided,
        document.recognition_removed,
    )
    if decided and (removed is None or decided.day > removed.day):
        return "decided"
    if notice and (removed is None or notice.day > removed.day):
        return "notice"
    return "removed" if removed else None


def level_of(document: Document, verdict: Verdict, stands: Standing, by_rule: bool) -> Level:
    """The level that this document alone would give its subject. `by_rule`: an entry act lists without a recognition.

    A recognition stands whether or not the decision is still published. An entry act makes a candidate only where
    nothing was decided yet (符合认定情形而未作决定的,为拟认定): a document whose recognition was removed does not.
    """
    if stands in _ENDED:
        return "clear"
    step, active, acts = recognition(document), stands == "active", verdict.acts
    counts = active and step != "removed" and bool(acts) and any(act.counts for act in acts)
    if step == "decided" or (counts and by_rule):
        return "listed"
    if step == "notice" or counts:
        return "candidate"
    return "penalised" if active else "clear"


def level_with(level: Level, repeats: Sequence[Repeat]) -> Level:
    """The level of a subject whose documents give `level`: repeated violations make a candidate at most."""
    return "candidate" if repeats and level in ("clear", "penalised") else level


def kind_of(before: Level, after: Level) -> ChangeKind:
    """What a step between two levels is called."""
    if before == after:
        return "amended"
    if after == "clear":
        return "cleared"
    if RANK[after] < RANK[before]:
        return "eased"
    return after if before == "clear" or after == "listed" else "escalated"
