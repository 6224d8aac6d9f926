"""`list show`: one company's entry."""

from datetime import date

import typer

from cli import words
from cli.terminal import Outcome, print_json, table
from consumers.bank import checked
from consumers.sanction_list import read_entry
from liancheng.entries import ActFinding, Case, Entry
from liancheng.settings import Settings


def show(text: str, as_json: bool) -> int:
    uscc = checked(text)
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
