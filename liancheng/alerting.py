"""Who is told of which change: the fold of one watch."""

from liancheng import levels
from liancheng.alerts import Alert, AlertKind, Measure, Reason, ReasonAct, Told, Watch, WatchState
from liancheng.entries import Case, Entry


class Telling:
    """What there is to tell about an entry, whichever bank is told; made once, for hundreds may watch one company."""

    def __init__(self, entry: Entry, measures: tuple[Measure, ...]) -> None:
        self.entry = entry
        self.measures = measures
        caused = {cause.document_id for cause in entry.change.causes}
        self.reasons = tuple(_reason(case) for case in entry.cases if _concerns(case, caused))

    @property
    def told(self) -> bool:
        """A change of a company that was clear and stays clear tells a bank nothing."""
        change = self.entry.change
        return change.level_before != "clear" or change.level_after != "clear"

    def alert(self, watch: Watch, kind: AlertKind, supersedes: Told | None) -> Alert:
        entry, change = self.entry, self.entry.change
        current = kind == "current"
        return Alert(
            id=f"{entry.uscc}/{entry.sequence}/{watch.bank}" + ("/current" if current else ""),
            bank=watch.bank,
            kind=kind,
            uscc=entry.uscc,
            name=entry.name,
            references=watch.references,
            level_before=entry.level if current else change.level_before,
            level_after=entry.level,
            sequence=entry.sequence,
            day=entry.day,
            causes=change.causes,
            reasons=self.reasons,
            measures=self.measures,
            standard=entry.standard,
            supersedes=supersedes.alert_id if supersedes else None,
            submitted_at=None if current else change.submitted_at,
            accepted_at=None if current else change.accepted_at,
        )


def on_entry(state: WatchState, telling: Telling) -> tuple[WatchState, Alert] | None:
    """A change of a watched company. None: nothing to tell, or the bank was told of it."""
    if not telling.told or (state.told and state.told.sequence >= telling.entry.sequence):
        return None
    alert = telling.alert(state.watch, telling.entry.change.kind, state.told)
    return _told(state.watch, alert), alert


def on_watch(state: WatchState | None, watch: Watch, telling: Telling | None) -> tuple[WatchState, Alert | None] | None:
    """A watch begins or changes. None: it stood like this. A company that is on the list is answered with its state."""
    if state is not None and state.watch == watch:
        return None
    told = state.told if state else None
    if telling is None or telling.entry.level == "clear" or (told and told.sequence >= telling.entry.sequence):
        return WatchState(watch=watch, told=told), None
    alert = telling.alert(watch, "current", told)
    return _told(watch, alert), alert


def _told(watch: Watch, alert: Alert) -> WatchState:
    return WatchState(watch=watch, told=Told(alert_id=alert.id, sequence=alert.sequence, level=alert.level_after))


def _concerns(case: Case, caused: set[str]) -> bool:
    """Cases behind the level, and those that caused the change: a clearing names what was cleared."""
    standing = case.standing == "active" or levels.recognised(case.document) or levels.noticed(case.document)
    return case.document.id in caused or (standing and case.standing not in ("revoked", "moved"))


def _reason(case: Case) -> Reason:
    document, verdict, decision = case.document, case.verdict, case.document.decision
    assert decision is not None, "penalties holds a document only once its decision is known"
    recognition = document.recognition_decided if levels.recognised(document) else None
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
        recognition_no=recognition.recognition_no if recognition else None,
    )
