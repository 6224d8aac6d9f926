"""The fold of one bank: each alert gets the bank's next number."""

import msgspec

from liancheng.records.alerts import Alert, BankState


def number(state: BankState | None, alert: Alert) -> tuple[BankState, Alert]:
    """The alert with the next number of its bank, counted from 1. `state` None: it is the bank's first."""
    following = state.last_number + 1 if state else 1
    return BankState(bank=alert.bank, last_number=following), msgspec.structs.replace(alert, number=following)
