"""What became of a file's rows: summed up on the terminal, and the refused ones written down."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, get_args

from cli.terminal import print_json, say, table
from liancheng.errors import WrongUseError
from liancheng.records.facts import Finding, Outcome, Receipt, Severity
from producers import refused
from producers.files import EventFile
from producers.receipts import errors, sentence
from producers.rows import EventRow

_SHOWN = 10  # kinds of findings, the most frequent first


class Answer(NamedTuple):
    """What became of one row. `receipt` is None for what was refused here, and was never sent."""

    row: EventRow
    outcome: Outcome
    findings: tuple[Finding, ...]
    receipt: Receipt | None = None


def answer(row: EventRow, receipt: Receipt) -> Answer:
    return Answer(row, receipt.submission.outcome, receipt.submission.findings, receipt)


def tell_file(file: EventFile) -> None:
    """What of the file is read, and what is not."""
    for note in file.notes:
        say(f"{file.name}: {note}")
    layout = file.layout
    if layout and layout.personal:
        say(f"{file.name}: about persons, not read: the columns {', '.join(layout.personal)}")
    if layout and layout.unknown:
        say(f"{file.name}: warning: not known, not read: the columns {', '.join(layout.unknown)}")


def check_writable(refused_to: Path, file: EventFile, source: str) -> None:
    """Before anything is sent: afterwards it would be too late to say that the file cannot be written."""
    refused.check_name(file, str(refused_to))
    if refused_to.exists() and Path(source).exists() and refused_to.samefile(source):
        raise WrongUseError(f"--refused-to {refused_to} is the file itself, expected another: its rows would be lost")
    with refused_to.open("ab"):
        pass


def write_refused(refused_to: Path, file: EventFile, answers: Sequence[Answer]) -> None:
    rows = [(one.row, errors(one.findings)) for one in answers if one.outcome == "refused"]
    try:
        refused_to.write_bytes(refused.render(file, rows, str(refused_to)))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(refused_to)) from error


def tell(file: EventFile, answers: Sequence[Answer], unanswered: str, refused_to: Path | None, as_json: bool) -> None:
    """The receipts or a table of outcomes and findings on stdout; on stderr the sum, and where the refused rows are.

    `unanswered`: words for the rows that have no answer; empty where all have one.
    """
    outcomes = Counter(one.outcome for one in answers)
    counts = {outcome: outcomes[outcome] for outcome in get_args(Outcome)}
    figures = [*(f"{count:,} {outcome}" for outcome, count in counts.items()), *filter(None, [unanswered])]
    if as_json:
        for one in answers:
            print_json(one.receipt or _refused_here(one))
    elif answers:
        table(("outcome", "rows"), [(outcome, f"{count:,}") for outcome, count in counts.items()])
        _tell_findings(file, answers)
    say(f"{file.name}: {len(file.rows):,} rows: {', '.join(figures)}")
    if counts["refused"]:
        kept = _kept(file, refused_to)
        say(f"the refused rows {kept}, with the reasons beside them: mend them there and publish that file")


def _kept(file: EventFile, refused_to: Path | None) -> str:
    if refused_to is None:
        return "can be written with --refused-to FILE"
    is_csv = file.is_workbook and refused_to.suffix.lower() != ".xlsx"
    return f"are in {refused_to}" + (" as CSV (a name that ends in .xlsx makes a workbook)" if is_csv else "")


def _refused_here(one: Answer) -> dict[str, object]:
    return {"type": "not_sent", "line": one.row.line, "outcome": one.outcome, "findings": one.findings}


def _tell_findings(file: EventFile, answers: Sequence[Answer]) -> None:
    """The most frequent findings, errors first, each with the first row that has it."""
    first: dict[tuple[Severity, str], tuple[Answer, Finding]] = {}
    seen: Counter[tuple[Severity, str]] = Counter()
    for one in answers:
        for finding in one.findings:
            kind = (finding.severity, finding.code)
            first.setdefault(kind, (one, finding))
            seen[kind] += 1
    if not seen:
        return
    ranked = sorted(seen, key=lambda kind: (kind[0] != "error", -seen[kind], kind))
    rows = []
    for kind in ranked[:_SHOWN]:
        one, finding = first[kind]
        rows.append((f"{seen[kind]:,}", kind[0], one.row.line, sentence(finding, file.label)))
    table(("times", "severity", "first line", "finding: found there -> expected; remedy"), rows, title="\nfindings")
    if len(ranked) > _SHOWN:
        say(f"… and {len(ranked) - _SHOWN} kinds of findings more (--json has them all)")
