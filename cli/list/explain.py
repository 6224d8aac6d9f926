"""`list explain`: why a company stands where it stands."""

import typer

from cli import words
from cli.list.entry import complete
from cli.terminal import Outcome, print_json
from consumers.reading.sanction_list import read_entry
from liancheng.explaining.company import Explanation, at_hand, explain
from liancheng.explaining.phrases import Language
from liancheng.settings import Settings
from liancheng.text.uscc import require


def run(text: str, language: Language, as_json: bool) -> int:
    uscc = require(text)
    entry, complete_to = read_entry(Settings(), uscc)
    if entry is None and as_json:
        print_json({"uscc": uscc, "level": "clear", "known": False})
    elif entry is None:
        typer.echo(f"{uscc} has no entry: {words.level('clear')}, and never was on the list")
    elif as_json:
        print_json(explain(entry, at_hand, language))
    else:
        typer.echo(written(explain(entry, at_hand, language)))
    if not as_json:
        typer.echo(complete(complete_to))
    return Outcome.DONE


def written(found: Explanation) -> str:
    """An explanation as text: sections, and in them a line each."""
    lines = [f"{found.name}  {found.uscc}"]
    for section in found.sections:
        lines += ["", section.title]
        lines += [f"  {line.label}: {line.text}" for line in section.lines]
    return "\n".join(lines) + "\n"
