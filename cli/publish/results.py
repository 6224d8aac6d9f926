"""What became of a file's rows: summed up on the terminal, and the refused ones written to a file."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self, get_args

from cli.shared.tables import table
from cli.shared.terminal import print_json, say
from liancheng.errors import WrongUseError
from liancheng.records.facts import Finding, Outcome, Receipt, Severity
from liancheng.text.findings import sentence
from producers import refused
from producers.files import EventFile
from producers.receipts import errors
from producers.rows import EventRow

_SHOWN_FINDINGS = 10  # kinds of findings, the most frequent first


class Result(NamedTuple):
    """What became of one row. `receipt` is None for a row that was refused before sending."""

    row: EventRow
    outcome: Outcome
    findings: tuple[Finding, ...]
    receipt: Receipt | None = None

    @classmethod
    def of(cls, row: EventRow, receipt: Receipt) -> Self:
        return cls(row, receipt.submission.outcome, receipt.submission.findings, receipt)


def print_notes(file: EventFile) -> None:
    """Says which parts of the file are read and which are not."""
    for note in file.notes:
        say(f"{file.name}: {note}")
    layout = file.layout
    if layout and layout.personal:
        say(f"{file.name}: about persons, not read: the columns {', '.join(layout.personal)}")
    if layout and layout.unknown:
        say(f"{file.name}: warning: unknown, not read: the columns {', '.join(layout.unknown)}")


def check_writable(refused_to: Path, file: EventFile, source: str) -> None:
    """Call it before anything is sent: afterwards it is too late to say that the file cannot be written."""
    refused.check_name(file, str(refused_to))
    if refused_to.exists() and Path(source).exists() and refused_to.samefile(source):
        raise WrongUseError(f"--refused-to {refused_to} is the file itself, expected another: its rows would be lost")
    with refused_to.open("ab"):
        pass


def write_refused(refused_to: Path, file: EventFile, results: Sequence[Result]) -> None:
    rows = [(result.row, errors(result.findings)) for result in results if result.outcome == "refused"]
    try:
        refused_to.write_bytes(refused.render(file, rows, str(refused_to)))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(refused_to)) from error


def print_results(
    file: EventFile, results: Sequence[Result], unanswered: str, refused_to: Path | None, as_json: bool
) -> None:
    """Prints the receipts or a table of outcomes and findings; on stderr the sum, and where the refused rows are.

    `unanswered`: words for the rows without a result; empty if all have one.
    """
    outcomes = Counter(result.outcome for result in results)
    counts = [(outcome, f"{outcomes[outcome]:,}") for outcome in get_args(Outcome)]
    if as_json:
        for result in results:
            print_json(result.receipt or _not_sent(result))
    elif results:
        table(("outcome", "rows"), counts)
        _print_findings(file, results)
    figures = [*(f"{count} {outcome}" for outcome, count in counts), *filter(None, [unanswered])]
    say(f"{file.name}: {len(file.rows):,} rows: {', '.join(figures)}")
    if outcomes["refused"]:
        place = _place(file, refused_to)
        say(f"the refused rows {place}, with the reasons next to them: correct them there and publish that file")


def _place(file: EventFile, refused_to: Path | None) -> str:
    if refused_to is None:
        return "can be written with --refused-to FILE"
    is_csv = file.is_workbook and refused_to.suffix.lower() != ".xlsx"
    return f"are in {refused_to}" + (" as CSV (a name that ends in .xlsx makes a workbook)" if is_csv else "")


def _not_sent(result: Result) -> dict[str, object]:
    return {"type": "not_sent", "line": result.row.line, "outcome": result.outcome, "findings": result.findings}


def _print_findings(file: EventFile, results: Sequence[Result]) -> None:
    """The most frequent findings, errors first, each with the first row that has it."""
    first: dict[tuple[Severity, str], tuple[int, Finding]] = {}
    count: Counter[tuple[Severity, str]] = Counter()
    for result in results:
        for finding in result.findings:
            kind = (finding.severity, finding.code)
            first.setdefault(kind, (result.row.line, finding))
            count[kind] += 1
    if not count:
        return
    ranked = sorted(count, key=lambda kind: (kind[0] != "error", -count[kind], kind))
    rows = []
    for kind in ranked[:_SHOWN_FINDINGS]:
        line, finding = first[kind]
        rows.append((f"{count[kind]:,}", kind[0], line, sentence(finding, file.label)))
    table(("times", "severity", "first line", "finding"), rows, "findings")
    if len(ranked) > _SHOWN_FINDINGS:
        say(f"… and {len(ranked) - _SHOWN_FINDINGS} more kinds of findings (--json has them all)")
