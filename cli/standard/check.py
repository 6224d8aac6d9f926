"""`standard check`: all errors in the file of a version."""

from pathlib import Path
from typing import Annotated

import typer

from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson
from cli.shared.terminal import print_json, say
from liancheng.standard.model import Standard
from liancheng.standard.outline import outline
from liancheng.standard.version_check import examine


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The TOML file of a version.")],
    as_json: AsJson = False,
) -> int:
    """Read a version's file and list all errors in it. Exit code 1 if there are any."""
    standard, wrongs = examine(file.read_bytes())
    if as_json:
        for wrong in wrongs:
            print_json(wrong._asdict())
    elif not wrongs and standard:
        _print_outline(standard)
    else:
        for wrong in wrongs:
            typer.echo(f"{file.name}: {wrong}")
        rest = "" if standard else "; rules are compared with each other once all fields can be read"
        say(f"{len(wrongs)} wrong{rest}")
    return ExitCode.FAILED if wrongs else ExitCode.DONE


def _print_outline(standard: Standard) -> None:
    rules = standard.rules()
    typer.echo(f"{standard.version}  {standard.title}")
    typer.echo(f"good: {len(rules)} rules, {sum(not rule.enabled for rule in rules)} of them switched off")
    for name, parts in outline(standard).items():
        typer.echo(f"{len(parts):>5}  {name}")
