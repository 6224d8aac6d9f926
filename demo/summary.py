"""What the demonstration shows at its end: what became of the events, and how long the alerts took."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import get_args

from bench.latency import RATE, Run
from cli.shared.tables import table
from cli.shared.terminal import say
from consumers.reading.sanction_list import read_entry
from demo.bank_desk import BankDesk
from liancheng.records.facts import Outcome, Receipt
from liancheng.settings import Settings

REAL_USCC = "91310000631696382C"


def print_real_entry(settings: Settings) -> None:
    """Prints what the list says of the real decision's company."""
    say(f"     liancheng list show {REAL_USCC}")
    entry, _ = read_entry(settings, REAL_USCC)
    if entry is None:
        say("     no entry yet")
        return
    for case in entry.cases:
        until = case.verdict.last_published_day
        say(f"     {entry.name}: {entry.level}")
        say(f"     {case.document.document_no}: {case.standing}, published until {until}")


def print_summary(
    sources: Mapping[str, tuple[int, list[Receipt]]], desks: list[BankDesk], killed_at: datetime, bare: Run | None
) -> None:
    say("")
    rows = []
    for source, (sent, receipts) in sources.items():
        outcomes = Counter(receipt.submission.outcome for receipt in receipts)
        rows.append([source, sent, "=", *(outcomes[outcome] for outcome in get_args(Outcome))])
    table(("events", "sent", "", *get_args(Outcome)), rows)
    columns = ("bank", "alerts", "numbers", "p50 ms", "p99 ms", "slowest of all")
    table(columns, [desk.row(killed_at) for desk in desks])
    say("milliseconds: from the agency's publishing to the bank having read the alert.")
    say("p50 and p99 are of events published before the worker was killed; the slowest")
    say("of all had to wait until the worker was replaced.")
    if bare:
        say(f"A bare relay of four hops took {bare.p50_ms:.0f} (p50) and {bare.p99_ms:.0f} ms (p99) on this machine,")
        say(f"at {RATE} records a second; the broker was warm after that.")


def whole(desks: list[BankDesk]) -> bool:
    """Whether every bank has read its alerts without a gap; says what went wrong otherwise."""
    for desk in desks:
        if desk.error:
            say(f"{desk.bank}: {desk.error}")
    return all(desk.gapless and desk.numbers and not desk.error for desk in desks)
