"""Why two versions of the standard give a subject two levels: the rules that make the difference, and where."""

from collections.abc import Sequence

from liancheng.joint_list.judging import StandardJudge
from liancheng.joint_list.shifts import Direction, JudgedDocument, Shift, ShiftedDocument
from liancheng.records.entries import RANK, Case, Entry
from liancheng.standard.difference import difference
from liancheng.standard.model import Standard

_OF_A_SUBJECT = ("listing", "repeats")  # groups whose rules weigh all documents together; the others weigh each


class Comparison:
    """Two versions side by side."""

    def __init__(self, before: StandardJudge, after: StandardJudge) -> None:
        self.before, self.after = before, after
        differing = difference(before.standard, after.standard)
        self._changed = {one.id for one in differing}
        self._weighing = [one.id for one in differing if one.group in _OF_A_SUBJECT]

    def shift(self, before: Entry, after: Entry) -> Shift:
        """What to say of a subject whose entries have different levels."""
        pairs = list(zip(before.cases, after.cases, strict=True))
        repeats = {one.rule: one for one in (*before.repeats, *after.repeats) if one.rule in self._changed}
        moved = [pair for pair in pairs if _weight(pair[0]) != _weight(pair[1])]
        # Where each document weighs the same, a rule over all of them makes the difference.
        shown = moved or [pair for pair in pairs if "active" in (pair[0].standing, pair[1].standing)]
        documents = tuple(self._document(*pair) for pair in shown)
        rules = [rule for one in documents for rule in (*one.before.rules, *one.after.rules)] if moved else []
        rules += repeats or ([] if moved else self._weighing)
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
    """What a version says of a document that a level can rest on; a recognition is a fact, the same under both."""
    return case.standing == "active", any(act.counts for act in case.verdict.acts)


def _rules_of(case: Case, standard: Standard) -> tuple[str, ...]:
    """The rules that judged a document: of its severity and period, what its repair lacks, its acts that count."""
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
