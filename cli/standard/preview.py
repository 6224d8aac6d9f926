"""`standard preview`: reads all facts, judges them twice, says whom the other version would move."""

import heapq
from collections.abc import Sequence
from datetime import UTC, date, datetime

import typer

from cli import words
from cli.standard.versions import chosen
from cli.terminal import Outcome, print_json, progress, table
from consumers.reading.penalties import open_facts
from liancheng.days import day_of
from liancheng.joint_list.preview import Preview
from liancheng.joint_list.shifts import PreviewSummary, Shift, ShiftCount, ShiftedDocument
from liancheng.records.entries import LEVELS, RANK
from liancheng.settings import Settings
from liancheng.text.identity import PROVINCES

_SHOWN = 20


def run(version: str, day: date | None, limit: int | None, as_json: bool) -> int:
    preview = Preview(chosen(version), day or day_of(datetime.now(UTC)))
    limit = limit if limit is not None or as_json else _SHOWN
    kept: list[Shift] = []
    facts = open_facts(Settings())
    with progress("judging twice", facts.length) as advance:
        for partition in facts.partitions():
            for records in partition:
                for key, value in records:
                    preview.take(key, value)
                advance(len(records))
            kept = _keep(kept, preview.judge(), limit, as_json)
    if as_json:
        print_json(preview.summary())
    else:
        _show(preview.summary(), kept)
    return Outcome.DONE


def _keep(kept: list[Shift], more: list[Shift], limit: int | None, as_json: bool) -> list[Shift]:
    """What is still to be shown, or counted as shown: with --json a subject is printed as soon as it is known."""
    if as_json:
        more = more if limit is None else more[: limit - len(kept)]
        for shift in more:
            print_json(shift)
        return [*kept, *more] if limit is not None else []
    return heapq.nsmallest(limit or 0, [*kept, *more], key=_worst_first)


def _worst_first(shift: Shift) -> tuple[int, int, str]:
    return -RANK[shift.level_after], -RANK[shift.level_before], shift.uscc


def _show(summary: PreviewSummary, kept: Sequence[Shift]) -> None:
    typer.echo(
        f"{summary.before} → {summary.after} on {summary.day}: {summary.moved:,} of {summary.subjects:,} companies "
        f"with {summary.documents:,} documents would move"
    )
    if summary.unreadable:
        typer.echo(f"{summary.unreadable:,} records are no facts and were left out, as joint_list does (dead-letters)")
    _levels(summary)
    if not summary.moved:
        return
    _moved("by province (a company counts in each that it has such a document in)", "province", summary.provinces)
    _moved("by the rule that makes the difference (a company may have several)", "rule", summary.rules)
    if kept:
        typer.echo(f"\ncompanies that would move ({len(kept)})")
        columns = ("uscc", "name", "from", "to", "rules that differ", "documents")
        table(columns, [_row(shift) for shift in kept])
    if rest := summary.moved - len(kept):
        typer.echo(f"… and {rest:,} more (--limit N shows more, --json all)")


def _levels(summary: PreviewSummary) -> None:
    typer.echo("\ncompanies by level")
    found = {(step.before, step.after): step.subjects for step in summary.steps}
    rows = [
        (words.level(before), *(f"{found.get((before, after), 0):,}" for after in reversed(LEVELS)))
        for before in reversed(LEVELS)
    ]
    table((f"{summary.before} ↓   {summary.after} →", *map(words.level, reversed(LEVELS))), rows)


def _moved(title: str, what: str, moved: Sequence[ShiftCount]) -> None:
    typer.echo(f"\n{title}")
    rows = [(f"{one.id} {PROVINCES.get(one.id, '')}".strip(), f"{one.up:,}", f"{one.down:,}") for one in moved]
    table((what, "up", "down"), rows)


def _row(shift: Shift) -> tuple[str, ...]:
    documents = "\n".join(map(_document, shift.documents))
    return shift.uscc, shift.name, shift.level_before, shift.level_after, "\n".join(shift.rules), documents


def _document(document: ShiftedDocument) -> str:
    before, after = (f"{one.standing} {one.last_published_day or '–'}" for one in (document.before, document.after))
    return f"{document.authority} {document.document_no}: {before} → {after}"
