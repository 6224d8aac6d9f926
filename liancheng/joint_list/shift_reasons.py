"""Why two versions of the standard give a subject different levels: which rules, in which documents."""

from collections.abc import Sequence

from liancheng.joint_list.shifts import Direction, JudgedDocument, Shift, ShiftedDocument
from liancheng.joint_list.standard_judge import StandardJudge
from liancheng.records.entries import RANK, Case, Entry
from liancheng.standard.difference import difference
from liancheng.standard.model import Standard

_OF_A_SUBJECT = ("listing", "repeats")  # groups whose rules judge all documents together; the others judge each


class VersionComparison:
    """Two versions of the standard, compared."""

    def __init__(self, before: StandardJudge, after: StandardJudge) -> None:
        self.before, self.after = before, after
        differing = difference(before.standard, after.standard)
        self._changed = {part.id for part in differing}
        self._changed_of_subject = [part.id for part in differing if part.group in _OF_A_SUBJECT]

    def shift(self, before: Entry, after: Entry) -> Shift:
        """Returns the shift of a subject whose two entries have different levels."""
        pairs = list(zip(before.cases, after.cases, strict=True))
        repeats = [repeat.rule for repeat in (*before.repeats, *after.repeats) if repeat.rule in self._changed]
        moved = [pair for pair in pairs if _weight(pair[0]) != _weight(pair[1])]
        # If each document weighs the same under both, a rule over all of them makes the difference.
        shown = moved or [pair for pair in pairs if "active" in (pair[0].standing, pair[1].standing)]
        documents = tuple(self._document(*pair) for pair in shown)
        rules = (
            [rule for shifted in documents for rule in (*shifted.before.rules, *shifted.after.rules)] if moved else []
        )
        rules += repeats or ([] if moved else self._changed_of_subject)
        direction: Direction = "up" if RANK[after.level] > RANK[before.level] else "down"
        return Shift(
            uscc=after.uscc,
            name=after.name,
            level_before=before.level,
            level_after=after.level,
            direction=direction,
            rules=tuple(dict.fromkeys(rules)),
            documents=documents,
        )

    def _document(self, before: Case, after: Case) -> ShiftedDocument:
        old, new = _rules_of(before, self.before.standard), _rules_of(after, self.after.standard)
        same = {id_ for id_ in old if id_ in new and id_ not in self._changed}
        document = after.document
        return ShiftedDocument(
            id=document.id,
            province=document.province,
            authority=document.authority,
            document_no=document.document_no,
            before=_judged(before, [id_ for id_ in old if id_ not in same]),
            after=_judged(after, [id_ for id_ in new if id_ not in same]),
        )


def _weight(case: Case) -> tuple[bool, bool]:
    """The part of a verdict that a level can depend on. A recognition is a fact, the same under both versions."""
    return case.standing == "active", any(act.counts for act in case.verdict.acts)


def _rules_of(case: Case, standard: Standard) -> tuple[str, ...]:
    """The rules that judged a document: severity, period, those its repair does not meet, its acts that count."""
    verdict = case.verdict
    regime = next((regime for regime in standard.regimes if regime.id == verdict.regime), None)
    periods = [p.id for p in regime.severities if p.severity == verdict.severity] if regime else []
    severity = [verdict.severity_rule] if verdict.severity_rule else []
    return (*severity, *periods, *case.repair_lacks, *(act.rule for act in verdict.acts if act.counts))


def _judged(case: Case, rules: Sequence[str]) -> JudgedDocument:
    return JudgedDocument(
        standing=case.standing,
        severity=case.verdict.severity,
        last_published_day=case.verdict.last_published_day,
        acts=tuple(act.act for act in case.verdict.acts if act.counts),
        rules=tuple(rules),
    )
