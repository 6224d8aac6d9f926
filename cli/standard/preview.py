"""`standard preview`: all facts judged twice, and which companies the other version would move."""

import heapq
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from cli.shared import words
from cli.shared.options import AsJson, day_option
from cli.shared.tables import table
from cli.shared.terminal import print_json, progress
from cli.standard.versions import VERSION_HELP, chosen
from consumers.reading.penalties import open_facts
from liancheng.days import day_of
from liancheng.joint_list.preview import Preview
from liancheng.joint_list.shifts import PreviewSummary, Shift, ShiftCount, ShiftedDocument
from liancheng.records.entries import LEVELS, RANK
from liancheng.settings import Settings
from liancheng.text.identity import PROVINCES

_SHOWN_COMPANIES = 20


def preview(
    version: Annotated[str, typer.Argument(metavar="B", help=VERSION_HELP)],
    day: Annotated[date | None, day_option("--day", "The list as of this day (default: today).")] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=0, metavar="N", help="Name at most N companies (default: 20; with --json all)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which companies a version would move up or down.

    Every fact on `penalties` is judged by it and by the version in force.
    """
    judged = Preview(chosen(version), day or day_of(datetime.now(UTC)))
    limit = limit if limit is not None or as_json else _SHOWN_COMPANIES
    kept: list[Shift] = []
    facts = open_facts(Settings())
    with progress("facts judged twice", facts.length) as advance:
        for partition in facts.partitions():
            for records in partition:
                for key, value in records:
                    judged.take(key, value)
                advance(len(records))
            kept = _keep(kept, judged.judge(), limit, as_json)
    if as_json:
        print_json(judged.summary())
    else:
        _show(judged.summary(), kept)


def _keep(kept: list[Shift], more: list[Shift], limit: int | None, as_json: bool) -> list[Shift]:
    """The companies still to be shown, or counted as shown: with --json each is printed as soon as it is known."""
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
        columns = ("uscc", "name", "from", "to", "rules that differ", "documents")
        table(columns, map(_row, kept), f"companies that would move ({len(kept)})")
    if rest := summary.moved - len(kept):
        typer.echo(f"… and {rest:,} more (--limit N shows more, --json all)")


def _levels(summary: PreviewSummary) -> None:
    counts = {(step.before, step.after): step.subjects for step in summary.steps}
    rows = [
        (words.level(before), *(f"{counts.get((before, after), 0):,}" for after in reversed(LEVELS)))
        for before in reversed(LEVELS)
    ]
    columns = (f"{summary.before} ↓   {summary.after} →", *map(words.level, reversed(LEVELS)))
    table(columns, rows, "companies by level")


def _moved(title: str, what: str, moved: Sequence[ShiftCount]) -> None:
    rows = [
        (f"{group.id} {PROVINCES.get(group.id, '')}".strip(), f"{group.up:,}", f"{group.down:,}") for group in moved
    ]
    table((what, "up", "down"), rows, title)


def _row(shift: Shift) -> tuple[str, ...]:
    documents = "\n".join(map(_document, shift.documents))
    return shift.uscc, shift.name, shift.level_before, shift.level_after, "\n".join(shift.rules), documents


def _document(document: ShiftedDocument) -> str:
    before, after = (f"{case.standing} {case.last_published_day or '–'}" for case in (document.before, document.after))
    return f"{document.authority} {document.document_no}: {before} → {after}"
