"""The level that follows from the standing of documents: the worst of a subject's documents and of its repeats."""

from collections.abc import Sequence
from typing import Literal

from liancheng.records.entries import RANK, ChangeKind, Level, Repeat, Standing, Verdict
from liancheng.records.facts import Document

Recognition = Literal["notice", "decided", "removed"]
_ENDED: frozenset[Standing] = frozenset(("revoked", "moved"))  # nothing in it counts, not even its recognition


def recognition(document: Document) -> Recognition | None:
    """Returns the step of the recognition that stands. Its days order the steps, not their arrival.

    A removal ends every step of its own day or earlier. So a recognition decided again on a later day lists again, and
    a decision or removal that arrives late, or is corrected, does not.
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


def level_of(document: Document, verdict: Verdict, standing: Standing, by_rule: bool) -> Level:
    """Returns the level that this document alone gives. `by_rule`: an entry act lists without a recognition.

    A recognition stands whether or not the decision is still published. An entry act makes a candidate only if no
    recognition was decided yet (符合认定情形而未作决定的,为拟认定): a document whose recognition was removed does not.
    """
    if standing in _ENDED:
        return "clear"
    step, active, acts = recognition(document), standing == "active", verdict.acts
    counts = active and step != "removed" and bool(acts) and any(act.counts for act in acts)
    if step == "decided" or (counts and by_rule):
        return "listed"
    if step == "notice" or counts:
        return "candidate"
    return "penalised" if active else "clear"


def level_with(level: Level, repeats: Sequence[Repeat]) -> Level:
    """Returns the level of a subject whose documents give `level`. Repeated violations make a candidate at most."""
    return "candidate" if repeats and level in ("clear", "penalised") else level


def kind_of(before: Level, after: Level) -> ChangeKind:
    """Returns the kind of a change from one level to another."""
    if before == after:
        return "amended"
    if after == "clear":
        return "cleared"
    if RANK[after] < RANK[before]:
        return "eased"
    return after if before == "clear" or after == "listed" else "escalated"
