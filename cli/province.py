"""`province add` and `province list`."""

from typing import Annotated

import typer

from cli.shared.options import AsJson
from cli.shared.tables import table
from cli.shared.terminal import print_json, say
from liancheng.errors import WrongUseError
from liancheng.records.topics import PENALTY_EVENTS, RECEIPTS
from liancheng.settings import Settings
from liancheng.text.identity import PROVINCES
from transport import admin

app = typer.Typer(no_args_is_help=True)


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Division code of GB/T 2260, such as 350000.")],
    as_json: AsJson = False,
) -> None:
    """Create a province's topics. A second time changes nothing; nothing needs a restart."""
    if code not in PROVINCES:
        known = ", ".join(f"{known} {name}" for known, name in PROVINCES.items())
        raise WrongUseError(f"found province {code!r}, expected a code of GB/T 2260: {known}")
    created = admin.add_province(Settings(), code)
    if as_json:
        print_json(_described(code) | {"added": created})
    else:
        result = "added" if created else "is there already, nothing changed"
        typer.echo(f"province {code} {PROVINCES[code]} {result}; it publishes to {PENALTY_EVENTS.named(code)}")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the provinces that publish."""
    codes = admin.provinces(Settings())
    if as_json:
        for code in codes:
            print_json(_described(code))
    elif codes:
        columns = ("code", "name 名称", "publishes to", "is answered on")
        table(columns, [list(_described(code).values()) for code in codes])
    else:
        say("no province yet: `liancheng province add CODE` adds one")


def _described(code: str) -> dict[str, object]:
    return {
        "code": code,
        "name": PROVINCES.get(code, ""),
        "events": PENALTY_EVENTS.named(code),
        "receipts": RECEIPTS.named(code),
    }
