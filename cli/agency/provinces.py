"""`province add` and `province list`."""

import typer

from cli.terminal import Outcome, print_json, say, table
from liancheng.errors import WrongUseError
from liancheng.records.topics import PENALTY_EVENTS, RECEIPTS
from liancheng.settings import Settings
from liancheng.text.identity import PROVINCES
from transport import admin


def add(code: str, as_json: bool) -> int:
    if code not in PROVINCES:
        known = ", ".join(f"{known} {name}" for known, name in PROVINCES.items())
        raise WrongUseError(f"found province {code!r}, expected a code of GB/T 2260: {known}")
    made = admin.add_province(Settings(), code)
    if as_json:
        print_json(_described(code) | {"added": made})
    else:
        what = "added" if made else "is there already, nothing changed"
        typer.echo(f"province {code} {PROVINCES[code]} {what}; it publishes to {PENALTY_EVENTS.named(code)}")
    return Outcome.DONE


def show(as_json: bool) -> int:
    codes = admin.provinces(Settings())
    if as_json:
        for code in codes:
            print_json(_described(code))
    elif codes:
        columns = ("code", "name 名称", "publishes to", "is answered on")
        table(columns, [list(_described(code).values()) for code in codes])
    else:
        say("no province is there yet: `liancheng province add CODE` adds one")
    return Outcome.DONE


def _described(code: str) -> dict[str, object]:
    return {
        "code": code,
        "name": PROVINCES.get(code, ""),
        "events": PENALTY_EVENTS.named(code),
        "receipts": RECEIPTS.named(code),
    }
