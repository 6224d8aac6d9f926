"""`alerts`: a bank's alerts, a line each."""

import sys
from itertools import islice

import typer

from cli import words
from cli.terminal import Outcome, print_json
from consumers.sdk import Bank
from liancheng.records.alerts import Alert, Reason
from liancheng.settings import Settings

_COLOURS = {"listed": "red", "escalated": "red", "candidate": "yellow", "eased": "green", "cleared": "green"}


def run(bank: str, reader: str, from_number: int | None, *, follow: bool, limit: int | None, as_json: bool) -> int:
    """An alert is remembered once its line has left this process, so a crash may repeat one, never skip one."""
    colour = sys.stdout.isatty()
    with Bank(bank, Settings(), reader) as subscriber:
        for alert in islice(subscriber.alerts(from_number, follow), limit):
            if as_json:
                print_json(alert)
            else:
                sys.stdout.write(line(alert, colour) + "\n")
            sys.stdout.flush()
            subscriber.done(alert)
    return Outcome.DONE


def line(alert: Alert, colour: bool = False) -> str:
    """Number, time, kind, company, level before and after, chief reason, the bank's own references, delay."""
    kind = f"{alert.kind:<18}"
    reason = chief(alert)
    parts = [
        f"{alert.number:>6}",
        words.clock(alert.made_at) if alert.made_at else "",
        typer.style(kind, fg=_COLOURS.get(alert.kind)) if colour else kind,
        f"{alert.name} {alert.uscc}",
        _levels(alert),
        _why(reason) if reason else "",
        ", ".join(f"{reference.customer_ref} ({reference.role})" for reference in alert.references),
        _delay(alert),
    ]
    return "  ".join(part for part in parts if part)


def _levels(alert: Alert) -> str:
    same = alert.level_before == alert.level_after
    return alert.level_after if same else f"{alert.level_before} → {alert.level_after}"


def chief(alert: Alert) -> Reason | None:
    """The document that caused the alert; where time did, or none is named, the first one behind the level."""
    causes = {cause.document_id for cause in alert.causes}
    return next((reason for reason in alert.reasons if reason.document_id in causes), next(iter(alert.reasons), None))


def _why(reason: Reason) -> str:
    severity = f" {reason.severity}" if reason.severity else ""
    acts = f" act {', '.join(str(act.act) for act in reason.acts)}" if reason.acts else ""
    return f"{reason.authority} {reason.document_no}{severity}{acts}"


def _delay(alert: Alert) -> str:
    """From the agency's submission to the alert; a watch is answered from what stood, so it has none."""
    if alert.kind == "current" or not alert.submitted_at or not alert.made_at:
        return ""
    return f"{(alert.made_at - alert.submitted_at).total_seconds() * 1000:,.0f} ms"
