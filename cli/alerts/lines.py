"""An alert as people read it."""

import typer

from cli.shared import words
from cli.shared.tables import hanging
from liancheng.records.alerts import Alert, Reason

COLOURS = {"listed": "red", "escalated": "red", "candidate": "yellow", "eased": "green", "cleared": "green"}
_NUMBER_WIDTH = 6


def text(alert: Alert, colour: bool = False) -> str:
    """An alert in as many lines as the terminal needs."""
    return hanging(_parts(alert, colour), _NUMBER_WIDTH + 2)


def _parts(alert: Alert, colour: bool) -> tuple[str, ...]:
    """Number, time, kind, company, level before and after, chief reason, the bank's own references, delay."""
    kind = f"{alert.kind:<18}"
    reason = chief(alert)
    return (
        f"{alert.number:>{_NUMBER_WIDTH}}",
        words.clock(alert.made_at) if alert.made_at else "",
        typer.style(kind, fg=COLOURS.get(alert.kind)) if colour else kind,
        f"{alert.name} {alert.uscc}",
        levels(alert),
        _why(reason) if reason else "",
        ", ".join(f"{reference.customer_ref} ({reference.role})" for reference in alert.references),
        _delay(alert),
    )


def levels(alert: Alert) -> str:
    same = alert.level_before == alert.level_after
    return alert.level_after if same else f"{alert.level_before} → {alert.level_after}"


def chief(alert: Alert) -> Reason | None:
    """The document that caused the alert; if time did, or none is named, the first one that explains the level."""
    causes = {cause.document_id for cause in alert.causes}
    return next((reason for reason in alert.reasons if reason.document_id in causes), next(iter(alert.reasons), None))


def _why(reason: Reason) -> str:
    severity = f" {reason.severity}" if reason.severity else ""
    acts = f" act {', '.join(str(act.act) for act in reason.acts)}" if reason.acts else ""
    return f"{reason.authority} {reason.document_no}{severity}{acts}"


def _delay(alert: Alert) -> str:
    """From the agency's submission to the alert. The answer to a new watch has none: it says what stood already."""
    if alert.kind == "current" or not alert.submitted_at or not alert.made_at:
        return ""
    return f"{(alert.made_at - alert.submitted_at).total_seconds() * 1000:,.0f} ms"
