"""`standard adopt`: a version of the standard comes into force."""

from datetime import date

import typer

from cli.terminal import Outcome, print_json
from liancheng.errors import WrongUseError
from liancheng.records.facts import StandardAdopted
from liancheng.settings import Settings
from stream_apps.adoptions import adopt
from stream_apps.calendar import today


def run(version: str, from_day: str, as_json: bool) -> int:
    try:
        day = date.fromisoformat(from_day)
    except ValueError as error:
        raise WrongUseError(f"--from: found {from_day!r}, expected a day, as 2027-01-01") from error
    adopt(Settings(), version, day, today())
    if as_json:
        print_json(StandardAdopted(version=version, from_day=day))
    else:
        typer.echo(f"{version} is in force from {day}: written to every partition of the log")
    return Outcome.DONE
