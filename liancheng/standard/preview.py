"""Whom another version of the standard would move: the same facts, judged by the version in force and by the other.

Only the newest snapshot of each document counts (with the word that it moved away, where that came later), for the
order of arrival changes no level. Facts are taken partition by partition, for a subject's facts lie on one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from liancheng import cases, causes, codec, sanction_list
from liancheng.days import day_of
from liancheng.entries import LEVELS, RANK, Case, Entry, Level, Standing
from liancheng.errors import UndigestibleError
from liancheng.facts import Document, DocumentMoved, Penalty
from liancheng.standard.difference import difference
from liancheng.standard.judging import StandardJudge
from liancheng.standard.model import Standard
from liancheng.standard.shifts import Direction, JudgedDocument, Moved, Shift, ShiftedDocument, Step, Summary

_decode = codec.decoder(Penalty)
_OF_ONE_DOCUMENT = ("version", "parameters", "regimes", "acts", "measures")  # groups: the rest weighs a subject


class Preview:
    """Takes the records of a partition, then judges what they say; and again with the next partition."""

    def __init__(self, before: Standard, after: Standard, day: date) -> None:
        self.day = day
        self._before, self._after = StandardJudge(before), StandardJudge(after)
        differing = difference(before, after)
        self._changed = {one.id for one in differing}
        self._weighing = tuple(one.id for one in differing if one.group.split(".")[0] not in _OF_ONE_DOCUMENT)
        self._facts: dict[str, dict[str, tuple[Document | DocumentMoved, ...]]] = {}
        self._steps: Counter[tuple[Level, Level]] = Counter()
        self._provinces: Counter[tuple[str, Direction]] = Counter()
        self._rules: Counter[tuple[str, Direction]] = Counter()
        self._documents = self._unreadable = 0

    def take(self, key: bytes, value: bytes | None) -> None:
        """Take one record of `penalties`. What was accepted after the day is left out."""
        try:
            penalty = codec.read(_decode, value or b"", "penalties")
            if isinstance(penalty, Document):
                self._keep(key.decode(), cases.trimmed(None, penalty, key.decode()))
            elif isinstance(penalty, DocumentMoved):
                self._keep(key.decode(), penalty)
        except (UndigestibleError, UnicodeDecodeError):
            self._unreadable += 1

    def _keep(self, uscc: str, penalty: Document | DocumentMoved) -> None:
        if day_of(causes.occasion(None, penalty).event.accepted_at) > self.day:
            return
        documents = self._facts.setdefault(uscc, {})
        held = documents.get(penalty.id, ())
        if not held or penalty.version > held[-1].version:
            documents[penalty.id] = (*held[:1], penalty) if isinstance(penalty, DocumentMoved) else (penalty,)

    def judge(self) -> list[Shift]:
        """The subjects taken since the last call that would move, by USCC. Their facts are forgotten."""
        shifts = []
        for uscc, documents in sorted(self._facts.items()):
            known = [penalty for held in documents.values() for penalty in held]
            before, after = (entry_of(uscc, known, self.day, judge) for judge in (self._before, self._after))
            if before and after:
                self._documents += len(after.cases)
                self._steps[before.level, after.level] += 1
                if before.level != after.level:
                    shifts.append(self._shift(before, after))
        self._facts.clear()
        return shifts

    def summary(self) -> Summary:
        """Of all that was judged so far."""
        steps = tuple(
            Step(before=before, after=after, subjects=self._steps[before, after])
            for before in LEVELS
            for after in LEVELS
            if self._steps[before, after]
        )
        return Summary(
            before=self._before.version,
            after=self._after.version,
            day=self.day,
            subjects=self._steps.total(),
            documents=self._documents,
            unreadable=self._unreadable,
            moved=sum(step.subjects for step in steps if step.before != step.after),
            steps=steps,
            provinces=_moved(self._provinces),
            rules=_moved(self._rules),
        )

    def _shift(self, before: Entry, after: Entry) -> Shift:
        pairs = list(zip(before.cases, after.cases, strict=True))
        documents = tuple(self._document(*pair) for pair in pairs if _weight(pair[0]) != _weight(pair[1]))
        rules = dict.fromkeys(
            rule for document in documents for rule in (*document.before.rules, *document.after.rules)
        )
        if not documents:  # each weighs the same; so a rule over all of them makes the difference
            rules = dict.fromkeys(self._weighing)
            documents = tuple(self._document(*pair) for pair in pairs if pair[0].standing == "active")
        direction: Direction = "up" if RANK[after.level] > RANK[before.level] else "down"
        for province in {document.province for document in documents}:
            self._provinces[province, direction] += 1
        for rule in rules:
            self._rules[rule, direction] += 1
        return Shift(
            uscc=after.uscc,
            name=after.name,
            level_before=before.level,
            level_after=after.level,
            direction=direction,
            rules=tuple(rules),
            documents=documents,
        )

    def _document(self, before: Case, after: Case) -> ShiftedDocument:
        old, new = _rules_of(before, self._before.standard), _rules_of(after, self._after.standard)
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


def entry_of(
    uscc: str, penalties: Iterable[Document | DocumentMoved], day: date, judge: sanction_list.Judge
) -> Entry | None:
    """The entry of a subject of whom this is known on a day; None where nothing was ever decided."""
    entry: Entry | None = None
    for penalty in penalties:
        entry = sanction_list.fold(entry, uscc, penalty, day, judge) or entry
    steps = sanction_list.pass_days(entry, day, judge) if entry else ()
    return steps[-1] if steps else entry


def _weight(case: Case) -> tuple[Standing, bool]:
    return case.standing, any(act.counts for act in case.verdict.acts)


def _rules_of(case: Case, standard: Standard) -> tuple[str, ...]:
    """The rules that judged a document, of its severity, its period, its acts that count."""
    verdict = case.verdict
    regime = next((regime for regime in standard.regimes if regime.id == verdict.regime), None)
    periods = [p.id for p in regime.severities if p.severity == verdict.severity] if regime else []
    severity = [verdict.severity_rule] if verdict.severity_rule else []
    acts = [act.rule for act in verdict.acts if act.counts]
    return (*severity, *periods, *acts)


def _judged(case: Case, rules: Sequence[str]) -> JudgedDocument:
    return JudgedDocument(
        standing=case.standing,
        severity=case.verdict.severity,
        last_published_day=case.verdict.last_published_day,
        acts=tuple(act.act for act in case.verdict.acts if act.counts),
        rules=tuple(rules),
    )


def _moved(counted: Counter[tuple[str, Direction]]) -> tuple[Moved, ...]:
    """Most first."""
    found = [Moved(id=id_, up=counted[id_, "up"], down=counted[id_, "down"]) for id_ in {id_ for id_, _ in counted}]
    return tuple(sorted(found, key=lambda moved: (-moved.up - moved.down, moved.id)))
