"""`standard adopt`: a version of the standard comes into force."""

from datetime import date
from typing import Annotated

import typer

from cli.shared.options import AsJson, day_option
from cli.shared.terminal import print_json
from liancheng.records.facts import StandardAdopted
from liancheng.settings import Settings
from stream_apps import adoptions
from stream_apps.calendar import today


def adopt(
    version: Annotated[str, typer.Argument(help="A packaged version, such as 2026.1.")],
    from_: Annotated[date, day_option("--from", "The first day on which it judges.")],
    as_json: AsJson = False,
) -> None:
    """Put a version in force from a day on. Preview it first.

    Every company is judged again when that day begins.
    """
    adoptions.adopt(Settings(), version, from_, today())
    if as_json:
        print_json(StandardAdopted(version=version, from_day=from_))
    else:
        typer.echo(f"{version} is in force from {from_}: written to every partition of the log")
