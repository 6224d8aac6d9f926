"""`bank add` and `bank list`."""

import typer

from cli.terminal import Outcome, print_json, say, table
from consumers import register
from liancheng.settings import Settings
from liancheng.topics import BANK_ALERTS


def add(id_: str, name: str | None, as_json: bool) -> int:
    settings = Settings()
    bank, changed = register.add_bank(settings, register.check_id(id_), name)
    if as_json:
        print_json(bank)
    else:
        what = "registered" if changed else "was registered already, nothing changed"
        typer.echo(f"bank {bank.id} ({bank.name}) {what}; its alerts: {BANK_ALERTS.named(bank.id)}")
    return Outcome.DONE


def show(as_json: bool) -> int:
    banks = register.banks(Settings())
    if as_json:
        for bank in banks:
            print_json(bank)
    elif banks:
        table(("id", "name 名称", "alerts"), [(bank.id, bank.name, BANK_ALERTS.named(bank.id)) for bank in banks])
    else:
        say("no bank is registered yet: `liancheng bank add ID` registers one")
    return Outcome.DONE
