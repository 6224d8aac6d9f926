"""`publish`: a file goes to the topic, the receipts come back, and the sender learns what became of each row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from cli.publish.check import check_rows
from cli.publish.results import Result, check_writable, print_notes, print_results, write_refused
from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson, OfProvince
from cli.shared.terminal import progress, read_input, say
from liancheng.settings import Settings
from producers import Agency, NotAnsweredError, NotPublishedError, Ticket, files, kind_codes
from producers.rows import EventRow


class _Answers(NamedTuple):
    results: list[Result]
    unanswered: str = ""  # words for the rows without a result
    late: NotAnsweredError | None = None


def publish(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="双公示 table as CSV or Excel workbook, or JSON lines; - reads stdin.")
    ],
    province: OfProvince,
    *,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the receipts.")] = True,
    refused_to: Annotated[
        Path | None,
        typer.Option("--refused-to", metavar="FILE", help="Write refused rows and the reasons there (.csv or .xlsx)."),
    ] = None,
    as_json: AsJson = False,
    timeout_s: Annotated[
        float, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="Give up after so long without any receipt.")
    ] = 30.0,
    check: Annotated[
        bool, typer.Option("--check", help="Publish nothing; report what would become of each row. Needs no broker.")
    ] = False,
    kinds_codes: Annotated[
        str | None,
        typer.Option("--kinds-codes", metavar="NAME|FILE", help="What codes in 处罚类别 mean: a CSV of code,kind."),
    ] = None,
) -> int:
    """Publish a file of decisions and report on each row.

    With --json: the receipts. The summary is on stderr. Exit code 2 if a row was refused.
    """
    codes = kind_codes.load(kinds_codes)
    raw, name = read_input(file)
    events = files.read(raw, name, codes)
    if refused_to:
        check_writable(refused_to, events, file)
    print_notes(events)
    if check:
        say("only checked, nothing is published: documents published before are not taken into account")
        answers = _Answers(check_rows(events.rows, province))
    else:
        answers = _published(province, events.rows, timeout_s if wait else None)
    results = sorted(answers.results, key=lambda result: result.row.line)
    try:
        if refused_to:
            write_refused(refused_to, events, results)
    finally:
        print_results(events, results, answers.unanswered, refused_to, as_json)
    if answers.late:
        raise answers.late
    return ExitCode.REFUSED if any(result.outcome == "refused" for result in results) else ExitCode.DONE


def _published(province: str, rows: Sequence[EventRow], timeout_s: float | None) -> _Answers:
    """Sends all rows. Waits for their receipts unless `timeout_s` is None."""
    late: NotAnsweredError | None = None
    with Agency(province, Settings()) as agency:
        results, tickets = _send(agency, rows)
        if timeout_s is not None:
            late = _await_receipts(agency, tickets, timeout_s)
    answered = [Result.of(row, ticket.receipt) for row, ticket in tickets if ticket.receipt]
    missing = len(tickets) - len(answered)
    why = "(not waited for)" if timeout_s is None else "yet"
    unanswered = f"{missing:,} on the topic without a receipt {why}" if missing else ""
    return _Answers(results + answered, unanswered, late)


def _send(agency: Agency, rows: Sequence[EventRow]) -> tuple[list[Result], list[tuple[EventRow, Ticket]]]:
    """Returns the rows that cannot be sent, refused, and the tickets of the others."""
    refused: list[Result] = []
    tickets: list[tuple[EventRow, Ticket]] = []
    with progress("rows sent", len(rows)) as advance:
        for row in rows:
            if row.event is None:
                refused.append(Result(row, "refused", row.findings))
            else:
                try:
                    tickets.append((row, agency.publish(row.event)))
                except NotPublishedError as error:
                    refused.append(Result(row, "refused", (error.finding,)))
            advance(1)
        agency.flush()
    return refused, tickets


def _await_receipts(
    agency: Agency, tickets: Sequence[tuple[EventRow, Ticket]], timeout_s: float
) -> NotAnsweredError | None:
    with progress("rows answered", len(tickets)) as advance:
        try:
            agency.wait_all([ticket for _, ticket in tickets], timeout_s, advance)
        except NotAnsweredError as error:
            return error
    return None
