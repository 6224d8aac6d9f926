"""`publish`: a file goes to the topic, the receipts come back, and the sender learns what became of each row."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cli.agency import check as checking
from cli.agency.answers import Answer, answer, check_writable, tell, tell_file, write_refused
from cli.terminal import Outcome as Exit
from cli.terminal import progress, say
from liancheng.settings import Settings
from producers import Agency, NotAnsweredError, NotPublishedError, Ticket, files, kind_codes
from producers.files import EventFile
from producers.rows import EventRow


class Wish(NamedTuple):
    file: str
    province: str
    wait: bool
    refused_to: Path | None
    as_json: bool
    timeout_s: float
    check: bool = False
    kinds_codes: str | None = None


def run(wish: Wish) -> int:
    codes = kind_codes.load(wish.kinds_codes)
    name = "stdin" if wish.file == "-" else wish.file
    raw = sys.stdin.buffer.read() if wish.file == "-" else Path(wish.file).read_bytes()
    file = files.read(raw, name, codes)
    if wish.refused_to:
        check_writable(wish.refused_to, file, wish.file)
    tell_file(file)
    answers, unanswered, late = _checked(wish, file) if wish.check else _published(wish, file)
    answers.sort(key=lambda one: one.row.line)
    try:
        if wish.refused_to:
            write_refused(wish.refused_to, file, answers)
    finally:
        tell(file, answers, unanswered, wish.refused_to, wish.as_json)
    if late:
        raise late
    return Exit.REFUSED if any(one.outcome == "refused" for one in answers) else Exit.DONE


Answered = tuple[list[Answer], str, NotAnsweredError | None]


def _checked(wish: Wish, file: EventFile) -> Answered:
    say("only checked, nothing is published: what was published before is not known here")
    return checking.check(file.rows, wish.province), "", None


def _published(wish: Wish, file: EventFile) -> Answered:
    late: NotAnsweredError | None = None
    with Agency(wish.province, Settings()) as agency:
        answers, tickets = _publish(agency, file)
        if wish.wait:
            late = _wait(agency, tickets, wish.timeout_s)
    answered = [answer(row, ticket.receipt) for row, ticket in tickets if ticket.receipt]
    missing = len(tickets) - len(answered)
    why = "yet" if wish.wait else "(not waited for)"
    return answers + answered, f"{missing:,} on the topic without a receipt {why}" if missing else "", late


def _publish(agency: Agency, file: EventFile) -> tuple[list[Answer], list[tuple[EventRow, Ticket]]]:
    """All rows that can be sent, on the topic; and the others, refused here."""
    refused: list[Answer] = []
    tickets: list[tuple[EventRow, Ticket]] = []
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


def _wait(agency: Agency, tickets: Sequence[tuple[EventRow, Ticket]], timeout_s: float) -> NotAnsweredError | None:
    with progress("rows answered", len(tickets)) as advance:
        try:
            agency.wait_all([ticket for _, ticket in tickets], timeout_s, advance)
        except NotAnsweredError as late:
            return late
    return None
