"""`publish`: a file goes to the topic, the receipts come back, and the sender learns what became of each row."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, get_args

from cli.terminal import Outcome as Exit
from cli.terminal import print_json, progress, say, table
from liancheng.errors import WrongUseError
from liancheng.facts import Finding, Outcome, Receipt, Severity
from liancheng.settings import Settings
from producers import Agency, NotAnsweredError, NotPublishedError, Ticket, files
from producers.files import EventFile, Row
from producers.receipts import errors, sentence

_SHOWN = 10  # kinds of findings, the most frequent first


class Wish(NamedTuple):
    file: str
    province: str
    wait: bool
    refused_to: Path | None
    as_json: bool
    timeout_s: float


class Answer(NamedTuple):
    """What became of one row. `receipt` is None for what was refused here, and was never sent."""

    row: Row
    outcome: Outcome
    findings: tuple[Finding, ...]
    receipt: Receipt | None = None


def run(wish: Wish) -> int:
    name = "stdin" if wish.file == "-" else wish.file
    raw = sys.stdin.buffer.read() if wish.file == "-" else Path(wish.file).read_bytes()
    if wish.refused_to:
        _check_writable(wish.refused_to, wish.file)
    file = files.read(raw, name)
    _tell_columns(file)
    settings = Settings()
    with Agency(wish.province, settings) as agency:
        answers, tickets = _publish(agency, file)
        late: NotAnsweredError | None = None
        if wish.wait:
            late = _wait(agency, tickets, wish.timeout_s)
    answers += [_answer(row, ticket.receipt) for row, ticket in tickets if ticket.receipt]
    answers.sort(key=lambda answer: answer.row.line)
    try:
        _write_refused(wish, file, answers)
    finally:
        _tell(wish, file, answers, len(tickets))
    if late:
        raise late
    return Exit.REFUSED if any(answer.outcome == "refused" for answer in answers) else Exit.DONE


def _check_writable(refused_to: Path, file: str) -> None:
    """Before anything is sent: afterwards it would be too late to say that the file cannot be written."""
    if refused_to.exists() and Path(file).exists() and refused_to.samefile(file):
        raise WrongUseError(f"--refused-to {refused_to} is the file itself, expected another: its rows would be lost")
    with refused_to.open("ab"):
        pass


def _tell_columns(file: EventFile) -> None:
    layout = file.layout
    if layout and layout.personal:
        say(f"{file.name}: about persons, not read: the columns {', '.join(layout.personal)}")
    if layout and layout.unknown:
        say(f"{file.name}: warning: not known, not read: the columns {', '.join(layout.unknown)}")


def _publish(agency: Agency, file: EventFile) -> tuple[list[Answer], list[tuple[Row, Ticket]]]:
    """All rows that can be sent, on the topic; and the others, refused here."""
    refused: list[Answer] = []
    tickets: list[tuple[Row, Ticket]] = []
    with progress("rows sent", len(file.rows)) as advance:
        for row in file.rows:
            if row.event is None:
                refused.append(Answer(row, "refused", row.findings))
            else:
                try:
                    tickets.append((row, agency.publish(row.event)))
                except NotPublishedError as why:
                    refused.append(Answer(row, "refused", (why.finding,)))
            advance(1)
        agency.flush()
    return refused, tickets


def _wait(agency: Agency, tickets: Sequence[tuple[Row, Ticket]], timeout_s: float) -> NotAnsweredError | None:
    with progress("rows answered", len(tickets)) as advance:
        try:
            agency.wait_all([ticket for _, ticket in tickets], timeout_s, advance)
        except NotAnsweredError as late:
            return late
    return None


def _answer(row: Row, receipt: Receipt) -> Answer:
    return Answer(row, receipt.submission.outcome, receipt.submission.findings, receipt)


def _write_refused(wish: Wish, file: EventFile, answers: Sequence[Answer]) -> None:
    if not wish.refused_to:
        return
    rows = [(answer.row, errors(answer.findings)) for answer in answers if answer.outcome == "refused"]
    try:
        wish.refused_to.write_bytes(files.refused(file, rows))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(wish.refused_to)) from error


def _tell(wish: Wish, file: EventFile, answers: Sequence[Answer], sent: int) -> None:
    outcomes = Counter(answer.outcome for answer in answers)
    counts = {outcome: outcomes[outcome] for outcome in get_args(Outcome)}
    unanswered = sent - sum(1 for answer in answers if answer.receipt)
    figures = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
    if unanswered:
        figures += f", {unanswered:,} on the topic without a receipt {'yet' if wish.wait else '(not waited for)'}"
    if wish.as_json:
        for answer in answers:
            print_json(answer.receipt or _refused_here(answer))
    elif answers:
        table(("outcome", "rows"), [(outcome, f"{count:,}") for outcome, count in counts.items()])
        _tell_findings(file, answers)
    say(f"{file.name}: {len(file.rows):,} rows: {figures}")
    if counts["refused"]:
        kept = f"are in {wish.refused_to}" if wish.refused_to else "can be written with --refused-to FILE"
        say(f"the refused rows {kept}, with the reasons beside them: mend them there and publish that file")


def _refused_here(answer: Answer) -> dict[str, object]:
    return {
        "type": "not_sent",
        "line": answer.row.line,
        "outcome": answer.outcome,
        "findings": answer.findings,
    }


def _tell_findings(file: EventFile, answers: Sequence[Answer]) -> None:
    """The most frequent findings, errors first, each with the first row that has it."""
    first: dict[tuple[Severity, str], tuple[Answer, Finding]] = {}
    seen: Counter[tuple[Severity, str]] = Counter()
    for answer in answers:
        for finding in answer.findings:
            kind = (finding.severity, finding.code)
            first.setdefault(kind, (answer, finding))
            seen[kind] += 1
    if not seen:
        return
    ranked = sorted(seen, key=lambda kind: (kind[0] != "error", -seen[kind], kind))
    rows = []
    for kind in ranked[:_SHOWN]:
        answer, finding = first[kind]
        rows.append((f"{seen[kind]:,}", kind[0], answer.row.line, sentence(finding, file.label)))
    table(("times", "severity", "first line", "finding: found there -> expected; remedy"), rows, title="\nfindings")
    if len(ranked) > _SHOWN:
        say(f"… and {len(ranked) - _SHOWN} kinds of findings more (--json has them all)")
