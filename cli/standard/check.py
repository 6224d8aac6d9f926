"""`standard check`."""

import sys
from pathlib import Path

import typer

from cli.terminal import Outcome, print_json, say
from liancheng.standard.model import Standard
from liancheng.standard.outline import outline
from liancheng.standard.version_check import Wrong, examine


def run(file: Path, as_json: bool) -> int:
    standard, wrongs = examine(file.read_bytes())
    if as_json:
        for wrong in wrongs:
            print_json(wrong._asdict())
    elif not wrongs and standard:
        _good(standard)
    else:
        _bad(file, wrongs, partly=standard is None)
    return Outcome.COULD_NOT if wrongs else Outcome.DONE


def _good(standard: Standard) -> None:
    rules = standard.rules()
    typer.echo(f"{standard.version}  {standard.title}")
    typer.echo(f"good: {len(rules)} rules, {sum(not rule.enabled for rule in rules)} of them switched off")
    for name, parts in outline(standard).items():
        typer.echo(f"{len(parts):>5}  {name}")


def _bad(file: Path, wrongs: tuple[Wrong, ...], *, partly: bool) -> None:
    for wrong in wrongs:
        sys.stdout.write(f"{file.name}: {wrong}\n")
    rest = "; rules are compared with each other once all fields can be read" if partly else ""
    say(f"{len(wrongs)} wrong{rest}")
