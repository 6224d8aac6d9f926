"""One company's entry as text and tables."""

import typer

from cli.shared import words
from cli.shared.tables import fields, table
from liancheng.records.entries import ActFinding, Case, Entry


def print_entry(entry: Entry) -> None:
    due = f"{entry.next_due_day}: the entry changes then by time alone" if entry.next_due_day else ""
    typer.echo(f"{entry.name}  {entry.uscc}")
    fields(
        (
            ("level", f"{words.level(entry.level)}, since {entry.level_since}"),
            ("change", f"{entry.sequence}: {entry.change.kind} on {entry.day}"),
            ("next due", due),
            ("standard", entry.standard),
        )
    )
    columns = ("document", "decided", "kinds", "amount", "severity", "standing", "repair from", "published to")
    table(columns, map(_case, entry.cases), f"cases ({len(entry.cases)})")
    acts = [(case.document.document_no, *_act(act)) for case in entry.cases for act in case.verdict.acts]
    if acts:
        table(("document", "act", "counts?", "by", "citation", "rule", "source", "mark"), acts, "entry acts 认定情形")
    if entry.history:
        history = [(past.sequence, past.day, past.kind, words.level(past.level)) for past in entry.history]
        table(("change", "day", "kind", "level"), history, "history")
    typer.echo()


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
