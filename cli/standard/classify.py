"""`standard classify`: what cited articles alone say of each decision of a file, and how that compares with labels."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson
from cli.shared.tables import hanging, table
from cli.shared.terminal import print_json, read_input, say
from cli.standard import labels as label_file
from cli.standard.printed_decisions import PrintedDecision, decisions
from liancheng.records.facts import Model
from liancheng.standard import current
from liancheng.standard.classification import Classification
from liancheng.standard.classification import classify as classify_citations


class Classified(Model, frozen=True, kw_only=True):
    """One decision of the file. `row` counts decisions from 1; `decided`: the day, or the year of its number."""

    row: int
    name: str | None = None
    document_no: str | None = None
    decided: str | None = None
    classification: Classification


def classify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="双公示 table as CSV, or JSON lines; - reads stdin.")],
    labels: Annotated[
        Path | None, typer.Option("--labels", metavar="FILE", help="CSV (id = row, acts, unclear) to measure against.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Show which entry acts the cited articles of each decision prove.

    And which ones the agency would be asked about. With --json: each decision, then each act. Exit code 2 if a row
    cannot be read.
    """
    printed, unreadable = decisions(*read_input(file))
    rows = [_classified(decision) for decision in printed]
    known = label_file.read(labels, len(rows)) if labels else None
    if as_json:
        for row in rows:
            print_json(row)
    else:
        _show(rows)
    if known:
        _measure(rows, known, as_json)
    for problem in unreadable:
        say(problem)
    return ExitCode.REFUSED if unreadable else ExitCode.DONE


def _classified(decision: PrintedDecision) -> Classified:
    result = classify_citations(
        decision.legal_basis,
        decision.violated,
        decision.days,
        current(),
        act_day=decision.act_day,
        stated_acts=decision.stated_acts,
    )
    return Classified(
        row=decision.row,
        name=decision.name,
        document_no=decision.document_no,
        decided=decision.decided,
        classification=result,
    )


def _show(rows: Sequence[Classified]) -> None:
    table(
        ("row", "document", "decided", "act", "by", "citation", "mark", "source, or what decides"),
        (line for row in rows for line in _lines(row)),
        "entry acts 认定情形 by cited articles alone",
    )
    cited = sum(bool(row.classification.basis) for row in rows)
    proved = sum(any(act.counts for act in row.classification.found) for row in rows)
    asked = sum(bool(row.classification.asked) for row in rows)
    summary = (
        f"{len(rows)} decisions: {cited} cite a known basis, {proved} prove an act by it, {asked} would be asked to "
        f"state one; {len(rows) - cited} cite none, and nothing is guessed about them"
    )
    typer.echo("\n" + hanging([summary], 0))


def _lines(row: Classified) -> Iterator[tuple[object, ...]]:
    about = (row.row, row.document_no or row.name, row.decided)
    result = row.classification
    for act in result.found:
        yield *about, act.act, act.by, act.citation, act.mark, f"{act.rule}: {act.source}"
    for asked in result.asked:
        yield *about, asked.act, "asked", asked.citation, asked.mark, asked.decides
    if not result.basis:
        yield *about, None, "no basis", None, None, "; ".join(result.problems)
    elif row.decided is None:
        yield *about, None, "no day", "; ".join(result.basis), None, "without a day no edition of the law can be chosen"
    elif not (result.found or result.asked):
        yield *about, None, "no act", "; ".join(result.basis), None, "; ".join(result.problems)


def _measure(rows: Sequence[Classified], known: Sequence[label_file.Label], as_json: bool) -> None:
    scores = label_file.measure([row.classification for row in rows], known)
    if as_json:
        for score in scores:
            print_json(score)
        return
    table(
        ("act", "labelled", "basis", "found", "right", "precision", "recall", "asked", "rightly", "unclear"),
        (
            (
                *(score.act, score.labelled, score.labelled_with_basis, score.found, score.right),
                *(_share(score.right, score.found), _share(score.right, score.labelled_with_basis)),
                *(score.asked, score.asked_rightly, score.unclear),
            )
            for score in scores
        ),
        "against the labels (precision: of those found; recall: of those with a basis)",
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"
