"""The fold of one bank: each alert gets the bank's next number."""

import msgspec

from liancheng.records.alerts import Alert, BankState


def number(state: BankState | None, alert: Alert) -> tuple[BankState, Alert]:
    """Returns the bank's next state and the alert with the next number, from 1. `state` is None before the first."""
    next_number = state.last_number + 1 if state else 1
    return BankState(bank=alert.bank, last_number=next_number), msgspec.structs.replace(alert, number=next_number)
