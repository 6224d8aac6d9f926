"""`standard classify`: what cited articles alone say of each decision of a file, and how that compares with labels."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from cli.standard import labels
from cli.standard.printed_decisions import PrintedDecision, decisions
from cli.terminal import Outcome, print_json, say, table
from liancheng.records.facts import Model
from liancheng.standard import current
from liancheng.standard.classification import Classification, classify


class Classified(Model, frozen=True, kw_only=True):
    """One decision of the file. `row` counts decisions from 1; `decided`: the day, or the year of its number."""

    row: int
    name: str | None = None
    document_no: str | None = None
    decided: str | None = None
    classification: Classification


def run(file: str, labels_file: Path | None, as_json: bool) -> int:
    raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    printed, unreadable = decisions(raw, "stdin" if file == "-" else file)
    found = [_classified(decision) for decision in printed]
    known = labels.read(labels_file, len(found)) if labels_file else None
    for one in found if as_json else ():
        print_json(one)
    if not as_json:
        _show(found)
    if known:
        _measure(found, known, as_json)
    for problem in unreadable:
        say(problem)
    return Outcome.REFUSED if unreadable else Outcome.DONE


def _classified(decision: PrintedDecision) -> Classified:
    result = classify(
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


def _show(found: Sequence[Classified]) -> None:
    table(
        ("row", "document", "decided", "act", "by", "citation", "mark", "source, or what decides"),
        (line for one in found for line in _lines(one)),
        "entry acts 认定情形 by cited articles alone",
    )
    cited = sum(bool(one.classification.basis) for one in found)
    proved = sum(any(act.counts for act in one.classification.found) for one in found)
    asked = sum(bool(one.classification.asked) for one in found)
    typer.echo("")
    typer.echo(
        f"{len(found)} decisions: {cited} cite a known basis, {proved} prove an act by it, {asked} would be asked to "
        f"state one; {len(found) - cited} cite none, and nothing is guessed of them"
    )


def _lines(one: Classified) -> Iterator[tuple[object, ...]]:
    about = (one.row, one.document_no or one.name, one.decided)
    result = one.classification
    for act in result.found:
        yield *about, act.act, act.by, act.citation, act.mark, f"{act.rule}: {act.source}"
    for asked in result.asked:
        yield *about, asked.act, "asked", asked.citation, asked.mark, asked.decides
    if not result.basis:
        yield *about, None, "no basis", None, None, "; ".join(result.problems)
    elif one.decided is None:
        yield *about, None, "no day", "; ".join(result.basis), None, "without a day no edition of the law can be picked"
    elif not (result.found or result.asked):
        yield *about, None, "no act", "; ".join(result.basis), None, "; ".join(result.problems)


def _measure(found: Sequence[Classified], known: Sequence[labels.Label], as_json: bool) -> None:
    scores = labels.measure([one.classification for one in found], known)
    if as_json:
        for score in scores:
            print_json(score)
        return
    typer.echo("")
    typer.echo("against the labels (precision: of the found; recall: of the labelled that cite a basis)")
    table(
        ("act", "labelled", "with a basis", "found", "right", "precision", "recall", "asked", "rightly", "unclear"),
        (
            (
                *(score.act, score.labelled, score.labelled_with_basis, score.found, score.right),
                *(_share(score.right, score.found), _share(score.right, score.labelled_with_basis)),
                *(score.asked, score.asked_rightly, score.unclear),
            )
            for score in scores
        ),
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"
