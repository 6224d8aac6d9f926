"""The fold of one watch: the company's entry changes, or the watch itself; what the bank is told comes out."""

from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from liancheng import codec
from liancheng.answers import filters
from liancheng.joint_list.cases import decision_of
from liancheng.joint_list.judging import needed
from liancheng.records.alerts import Alert, AlertKind, Measure, Reason, ReasonAct, Told, Watch, WatchState
from liancheng.records.entries import Case, Entry, Level


def told(entry: Entry) -> bool:
    """Whether banks are told of the change that made this entry.

    Not when it was clear before and after, nor when only another version of the standard judged it the same.
    """
    change = entry.change
    return bool(change.causes) and (change.level_before != "clear" or change.level_after != "clear")


@dataclass(frozen=True)
class Telling:
    """What there is to tell about one entry, made once for all banks that watch the company.

    `measures` are those that follow from the entry's level by the standard in force.
    """

    entry: Entry
    measures: tuple[Measure, ...]

    @cached_property
    def change(self) -> Alert:
        """The alert of the entry's change, but for id, bank and references."""
        change = self.entry.change
        alert = self._alert(change.kind, change.level_before, {cause.document_id for cause in change.causes})
        return msgspec.structs.replace(
            alert, causes=change.causes, submitted_at=change.submitted_at, accepted_at=change.accepted_at
        )

    @cached_property
    def current(self) -> Alert:
        """The alert of the entry as it stands, but for id, bank and references."""
        return self._alert("current", self.entry.level, ())

    def encode(self, alert: Alert) -> bytes:
        """The JSON of one bank's alert. Reasons and measures, the longer part, are the same for all and made once."""
        if alert.kind == "current":
            return codec.encode(alert)
        return codec.encode(msgspec.structs.replace(alert, reasons=self._reasons_raw, measures=self._measures_raw))

    @cached_property
    def _reasons_raw(self) -> msgspec.Raw | tuple[()]:
        return _raw(self.change.reasons)

    @cached_property
    def _measures_raw(self) -> msgspec.Raw | tuple[()]:
        return _raw(self.measures)

    def _alert(self, kind: AlertKind, before: Level, causing: Container[str]) -> Alert:
        entry = self.entry
        return Alert(
            id="",
            bank="",
            kind=kind,
            uscc=entry.uscc,
            name=entry.name,
            level_before=before,
            level_after=entry.level,
            sequence=entry.sequence,
            day=entry.day,
            reasons=self._reasons(causing),
            measures=self.measures,
            standard=entry.standard,
        )

    def _reasons(self, causing: Container[str]) -> tuple[Reason, ...]:
        """The documents that hold the level up, and those that caused the change: a clearing names what it cleared."""
        repeated = {id_ for repeat in self.entry.repeats for id_ in repeat.document_ids}
        return tuple(
            _reason(case, self.entry)
            for case in self.entry.cases
            if case.level != "clear" or case.document.id in causing or case.document.id in repeated
        )


def _raw(values: tuple[Any, ...]) -> msgspec.Raw | tuple[()]:
    """Their bytes; nothing stays nothing, which is left out."""
    return msgspec.Raw(codec.encode(values)) if values else ()


def telling(entry: Entry) -> Telling:
    """With the measures of the version that judged the entry. Raises UnavailableError where it is not packaged here."""
    return Telling(entry, needed(entry.standard).bank_measures(entry.level))


def on_entry(state: WatchState, telling: Telling) -> tuple[WatchState, Alert] | None:
    """The entry has changed. None: nothing to tell, this bank was told already, or its filters hide the change."""
    entry = telling.entry
    if _is_told(state, entry) or not told(entry) or not filters.is_news(state, entry):
        return None
    return _tell(state, state.watch, telling.change, f"{entry.uscc}/{entry.sequence}/{state.watch.bank}")


def on_watch(state: WatchState | None, watch: Watch, telling: Telling | None) -> tuple[WatchState, Alert | None] | None:
    """The bank watches the company, or has changed its references or filters. None: the watch is as it was.

    A company that is on the list is answered at once, unless the bank was already told of its entry or its filters
    hide it. `telling` is None where the company has no entry.
    """
    if state and state.watch == watch:
        return None
    unanswered = WatchState(watch=watch, told=state.told if state else None)
    if telling is None or telling.entry.level == "clear" or _is_told(state, telling.entry):
        return unanswered, None
    if not filters.is_answer(unanswered, telling.entry):
        return unanswered, None
    entry = telling.entry
    return _tell(state, watch, telling.current, f"{entry.uscc}/{entry.sequence}/{watch.bank}/current")


def _is_told(state: WatchState | None, entry: Entry) -> bool:
    return state is not None and state.told is not None and state.told.sequence >= entry.sequence


def _tell(state: WatchState | None, watch: Watch, alert: Alert, alert_id: str) -> tuple[WatchState, Alert]:
    last = state.told if state else None
    following = Told(alert_id=alert_id, sequence=alert.sequence, level=alert.level_after)
    mine = msgspec.structs.replace(
        alert,
        id=alert_id,
        bank=watch.bank,
        references=watch.references,
        supersedes=last.alert_id if last else None,
    )
    return WatchState(watch=watch, told=following), mine


def _reason(case: Case, entry: Entry) -> Reason:
    document, verdict, objection = case.document, case.verdict, case.objection
    decision = decision_of(document)
    recognised = document.recognition_decided if case.level == "listed" else None
    return Reason(
        document_id=document.id,
        authority=document.authority,
        document_no=document.document_no,
        decision_day=decision.decision_day,
        kinds=decision.kinds,
        standing=case.standing,
        fine_fen=decision.fine_fen,
        confiscated_fen=decision.confiscated_fen,
        severity=verdict.severity,
        acts=tuple(
            ReasonAct(act=act.act, rule=act.rule, source=act.source, mark=act.mark)
            for act in verdict.acts
            if act.counts
        ),
        earliest_repair_day=verdict.earliest_repair_day,
        last_published_day=verdict.last_published_day,
        recognition_no=recognised.recognition_no if recognised else None,
        repaired_day=document.repair.day if document.repair and case.standing == "repaired" else None,
        objection=(objection.outcome or "open") if objection else None,
        objection_due_day=objection.due_day if objection else None,
        repeats=tuple(one.rule for one in entry.repeats if document.id in one.document_ids),
    )
