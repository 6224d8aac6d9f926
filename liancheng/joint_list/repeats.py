"""Repeated violations: what the rules across a subject's documents find, in whatever order the documents arrived."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from liancheng.joint_list.levels import recognition
from liancheng.records.entries import Case, Repeat
from liancheng.standard.model import RepeatRule
from liancheng.standard.periods import months_after


def repeats(cases: Sequence[Case], rules: Sequence[RepeatRule]) -> tuple[Repeat, ...]:
    """Returns each rule's newest group of documents of one class of violation whose newest document is published."""
    intended = [case for case in cases if case.classes]
    if len(intended) > 1:
        intended = [case for case in intended if case.standing not in ("revoked", "moved")]
    if len(intended) < 2:
        return ()
    return tuple(repeat for rule in rules for repeat in _of_rule(intended, rule))


def _of_rule(cases: Sequence[Case], rule: RepeatRule) -> Iterator[Repeat]:
    of_class: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if rule.in_force(case.decision_day, case.document.province):
            for name in case.classes:
                of_class[name].append(case)
    for name, group in sorted(of_class.items()):
        newest = _newest(sorted(group, key=lambda case: (case.decision_day, case.id)), rule)
        if newest:
            ids = tuple(case.id for case in newest)
            yield Repeat(rule=rule.id, source=rule.source, mark=rule.mark, violation_class=name, document_ids=ids)


def _newest(group: list[Case], rule: RepeatRule) -> list[Case]:
    """The newest published document with those of the months before it; empty if they are too few.

    A document whose recognition was decided and then removed does not count again: it has had its recognition.
    """
    active = [c for c in group if c.standing == "active" and recognition(c.document) != "removed"]
    for last in reversed(active):
        day, months = last.decision_day, rule.within_months
        within = [c for c in group if c.decision_day <= day <= months_after(c.decision_day, months)]
        if len(within) >= rule.times:
            return within
    return []
