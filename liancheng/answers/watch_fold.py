"""The fold of one watch: the company's entry or the watch itself changes, and the bank's alert comes out."""

from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from liancheng import codec
from liancheng.answers import filters
from liancheng.joint_list.cases import decision_of
from liancheng.joint_list.standard_judge import required_judge
from liancheng.records.alerts import Alert, AlertKind, Measure, Reason, ReasonAct, Told, Watch, WatchState
from liancheng.records.entries import Case, Entry, Level
from liancheng.records.facts import Document
from liancheng.records.partial import AlertedCase, AlertedEntry


def is_reportable(entry: Entry | AlertedEntry) -> bool:
    """Returns whether the change that made this entry is worth an alert.

    It is not if the company was clear before and after, or if only the version of the standard changed.
    """
    change = entry.change
    return bool(change.causes) and (change.level_before != "clear" or change.level_after != "clear")


@dataclass(frozen=True)
class AlertTemplates:
    """The alerts about one entry without id, bank and references: made once for all banks that watch the company.

    `measures` follow from the entry's level by the version of the standard that judged it.
    """

    entry: Entry | AlertedEntry
    measures: tuple[Measure, ...]

    @cached_property
    def change(self) -> Alert:
        """The alert about the change that made the entry."""
        change = self.entry.change
        alert = self._alert(change.kind, change.level_before, {cause.document_id for cause in change.causes})
        return msgspec.structs.replace(
            alert, causes=change.causes, submitted_at=change.submitted_at, accepted_at=change.accepted_at
        )

    @cached_property
    def current(self) -> Alert:
        """The alert about the entry as it stands."""
        return self._alert("current", self.entry.level, ())

    def encode(self, alert: Alert) -> bytes:
        """Returns the JSON of one bank's alert. Reasons and measures, the longer part, are encoded once."""
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
        """The documents that give the level and those that caused the change: a clearing names what was cleared."""
        repeated = {id_ for repeat in self.entry.repeats for id_ in repeat.document_ids}
        return tuple(
            _reason(case, self.entry)
            for case in self.entry.cases
            if case.level != "clear" or case.document.id in causing or case.document.id in repeated
        )


def _raw(values: tuple[Any, ...]) -> msgspec.Raw | tuple[()]:
    """Encodes the values; an empty tuple stays one, so that its field is left out of the JSON."""
    return msgspec.Raw(codec.encode(values)) if values else ()


def templates_of(entry: Entry | AlertedEntry) -> AlertTemplates:
    """Returns the alerts about an entry. Raises UnavailableError if the version that judged it is not installed."""
    return AlertTemplates(entry, required_judge(entry.standard).bank_measures(entry.level))


def on_entry(state: WatchState, templates: AlertTemplates) -> tuple[WatchState, Alert] | None:
    """Returns the watch's next state and its alert after the entry has changed.

    None if the change is not reportable, if this bank has had an alert about it, or if its filters hide it.
    """
    entry = templates.entry
    if _is_alerted(state, entry) or not is_reportable(entry) or not filters.is_news(state, entry):
        return None
    return _alerted(state, state.watch, templates.change, f"{entry.uscc}/{entry.sequence}/{state.watch.bank}")


def on_watch(
    state: WatchState | None, watch: Watch, templates: AlertTemplates | None
) -> tuple[WatchState, Alert | None] | None:
    """Returns the next state after a watch has begun or changed, and its alert. None if the watch is the same.

    A company on the list is reported at once, unless the bank has had an alert about its entry or its filters hide
    it. `templates` is None if the company has no entry.
    """
    if state and state.watch == watch:
        return None
    unreported = WatchState(watch=watch, told=state.told if state else None)
    if templates is None or templates.entry.level == "clear" or _is_alerted(state, templates.entry):
        return unreported, None
    if not filters.is_answer(unreported, templates.entry):
        return unreported, None
    entry = templates.entry
    return _alerted(state, watch, templates.current, f"{entry.uscc}/{entry.sequence}/{watch.bank}/current")


def _is_alerted(state: WatchState | None, entry: Entry | AlertedEntry) -> bool:
    return state is not None and state.told is not None and state.told.sequence >= entry.sequence


def _alerted(state: WatchState | None, watch: Watch, alert: Alert, alert_id: str) -> tuple[WatchState, Alert]:
    last = state.told if state else None
    latest = Told(alert_id=alert_id, sequence=alert.sequence, level=alert.level_after)
    addressed = msgspec.structs.replace(
        alert,
        id=alert_id,
        bank=watch.bank,
        references=watch.references,
        supersedes=last.alert_id if last else None,
    )
    return WatchState(watch=watch, told=latest), addressed


def _reason(case: Case | AlertedCase, entry: Entry | AlertedEntry) -> Reason:
    document, verdict, objection = case.document, case.verdict, case.objection
    decision = decision_of(document) if isinstance(document, Document) else document.decision
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
        repeats=tuple(repeat.rule for repeat in entry.repeats if document.id in repeat.document_ids),
    )
