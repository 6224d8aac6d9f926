"""Gives each alert its bank's next number."""

import msgspec

from liancheng.alerts import Alert, BankState


def number(state: BankState | None, alert: Alert) -> tuple[BankState, Alert]:
    """The bank's next state and the alert with its number: 1, 2, 3, … without gaps."""
    following = state.last_number + 1 if state else 1
    return BankState(bank=alert.bank, last_number=following), msgspec.structs.replace(alert, number=following)
