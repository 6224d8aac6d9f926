"""`list show`: one company's entry."""

from datetime import UTC, date, datetime

import typer

from cli import words
from cli.terminal import Outcome, print_json, table
from consumers.reading.past_entries import entry_at
from consumers.reading.sanction_list import read_entry
from liancheng.days import SHANGHAI, day_of
from liancheng.errors import WrongUseError
from liancheng.joint_list.history import Moment
from liancheng.records.entries import ActFinding, Case, Entry
from liancheng.settings import Settings
from liancheng.text.uscc import require


def show(text: str, as_json: bool) -> int:
    uscc = require(text)
    entry, complete_to = read_entry(Settings(), uscc)
    if as_json:
        print_json(entry or {"uscc": uscc, "level": "clear", "known": False})
    elif entry:
        _show(entry)
        typer.echo(complete(complete_to))
    else:
        typer.echo(f"{uscc} has no entry: {words.level('clear')}, and never was on the list")
        typer.echo(complete(complete_to))
    return Outcome.DONE


def show_past(text: str, as_of: str | None, known_at: str | None, as_json: bool) -> int:
    uscc, moment = require(text), _moment(as_of, known_at)
    past = entry_at(Settings(), uscc, moment)
    if as_json:
        print_json(past.entry or {"uscc": uscc, "level": "clear", "known": False})
        return Outcome.DONE
    if past.entry:
        _show(past.entry)
    else:
        typer.echo(f"{uscc} had no entry: {words.level('clear')}")
    known = f", knowing what had been accepted by {moment.known_at:%Y-%m-%d %H:%M:%S} UTC" if moment.known_at else ""
    typer.echo(f"as of {moment.day}{known}, replayed from the log")
    if past.reached < moment.day:
        typer.echo(f"the list has been told of the days up to {past.reached}; later ones are what time alone will do")
    return Outcome.DONE


def _moment(as_of: str | None, known_at: str | None) -> Moment:
    instant = _instant(known_at) if known_at else None
    if as_of is None:
        return Moment(day_of(instant or datetime.now(UTC)), instant)
    try:
        return Moment(date.fromisoformat(as_of), instant)
    except ValueError as error:
        raise WrongUseError(f"--as-of: found {as_of!r}, expected a day, as 2026-10-31") from error


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUseError(f"--known-at: found {text!r}, expected an instant, as 2026-10-31T09:00") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def complete(day: date | None) -> str:
    return f"complete up to {day}" if day else "no day has been worked off yet"


def _show(entry: Entry) -> None:
    typer.echo(f"{entry.name}  {entry.uscc}")
    typer.echo(f"level     {words.level(entry.level)}, since {entry.level_since}")
    typer.echo(f"change    {entry.sequence}: {entry.change.kind} on {entry.day}")
    if entry.next_due_day:
        typer.echo(f"next due  {entry.next_due_day}: time alone changes the entry then")
    typer.echo(f"standard  {entry.standard}")
    columns = ("document", "decided", "kinds", "amount", "severity", "standing", "repair from", "published to")
    typer.echo("")
    table(columns, [_case(case) for case in entry.cases], f"cases ({len(entry.cases)})")
    _acts(entry)
    if entry.history:
        typer.echo("")
        history = [(past.sequence, past.day, past.kind, words.level(past.level)) for past in entry.history]
        table(("change", "day", "kind", "level"), history, "history")
    typer.echo("")


def _acts(entry: Entry) -> None:
    rows = [(case.document.document_no, *_act(act)) for case in entry.cases for act in case.verdict.acts]
    if rows:
        typer.echo("")
        table(("document", "act", "counts?", "by", "citation", "rule", "source", "mark"), rows, "entry acts 认定情形")


def _act(act: ActFinding) -> tuple[object, ...]:
    return act.act, "counts" if act.counts else "does not", act.by, act.citation, act.rule, act.source, act.mark


def _case(case: Case) -> tuple[object, ...]:
    decision, verdict = case.document.decision, case.verdict
    severity = verdict.severity
    return (
        f"{case.document.authority} {case.document.document_no}",
        decision.decision_day if decision else None,
        ", ".join(decision.kinds) if decision else None,
        words.yuan(decision.fine_fen) if decision and decision.fine_fen is not None else None,
        f"{severity} {words.SEVERITIES[severity]}" if severity else None,
        case.standing,
        verdict.earliest_repair_day,
        verdict.last_published_day,
    )
