"""`list show`, `list explain`, `list export`, `list digest`."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.list import export_files
from cli.list.entry import print_entry
from cli.list.explanation import as_text
from cli.shared import words
from cli.shared.options import AsJson, Uscc, day_option
from cli.shared.tables import hanging
from cli.shared.terminal import print_json, say, write_output
from consumers.reading.past_entries import entry_at
from consumers.reading.sanction_list import read_entry, read_list
from liancheng.days import SHANGHAI, day_of
from liancheng.explaining.company import at_hand
from liancheng.explaining.company import explain as explanation_of
from liancheng.joint_list.history import Moment
from liancheng.records.entries import LEVELS, Entry
from liancheng.settings import Settings
from liancheng.text.uscc import require


class LevelName(StrEnum):  # Typer takes no list of a Literal
    CLEAR = "clear"
    PENALISED = "penalised"
    CANDIDATE = "candidate"
    LISTED = "listed"


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"found {text!r}, expected an instant such as 2026-10-31T09:00") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)).astimezone(UTC)


app = typer.Typer(no_args_is_help=True)


@app.command("show")
def show(
    uscc: Uscc,
    as_of: Annotated[date | None, day_option("--as-of", "What the list said on that day, or will say.")] = None,
    known_at: Annotated[
        datetime | None,
        typer.Option(
            "--known-at", parser=_instant, metavar="INSTANT",
            help="Count only what had been accepted by then: 2026-10-31T09:00, in Shanghai.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show a company's entry, now or then: level, cases, acts, history."""
    code = require(uscc)
    if as_of is None and known_at is None:
        entry, complete_to = read_entry(Settings(), code)
        _print_entry(code, entry, as_json, [words.complete(complete_to)])
        return
    moment = Moment(as_of or day_of(known_at or datetime.now(UTC)), known_at)
    past = entry_at(Settings(), code, moment)
    known = f", knowing what had been accepted by {known_at:%Y-%m-%d %H:%M:%S} UTC" if known_at else ""
    notes = [f"as of {moment.day}{known}, replayed from the log"]
    if past.reached < moment.day:
        notes.append(f"the list has reached {past.reached}; later days show what time alone will change")
    _print_entry(code, past.entry, as_json, notes)


def _print_entry(uscc: str, entry: Entry | None, as_json: bool, notes: list[str]) -> None:
    if as_json:
        print_json(entry or _clear(uscc))
        return
    if entry:
        print_entry(entry)
    else:
        typer.echo(_no_entry(uscc))
    for note in notes:
        typer.echo(note)


def _clear(uscc: str) -> dict[str, object]:
    return {"uscc": uscc, "level": "clear", "known": False}


def _no_entry(uscc: str) -> str:
    return f"{uscc} has no entry: {words.level('clear')}, never on the list"


@app.command("explain")
def explain(
    uscc: Uscc,
    lang: Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language of the explanation.")] = "zh",
    as_json: AsJson = False,
) -> None:
    """Explain a company's level.

    Every reason with its rule, the rule's source and its mark.
    """
    code = require(uscc)
    entry, complete_to = read_entry(Settings(), code)
    explanation = explanation_of(entry, at_hand, lang) if entry else None
    if as_json:
        print_json(explanation or _clear(code))
        return
    if explanation:
        for line in as_text(explanation).split("\n"):
            typer.echo(hanging([line], 4))
    else:
        typer.echo(_no_entry(code))
    typer.echo(words.complete(complete_to))


@app.command("export")
def export(
    level: Annotated[
        list[LevelName] | None,
        typer.Option("--level", help="Only this level; may be repeated (default: all but clear)."),
    ] = None,
    format_: Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="csv is for Excel.")] = "csv",
    headers: Annotated[
        Literal["zh", "en"], typer.Option("--headers", help="Language of a CSV's headers and levels.")
    ] = "zh",
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="File (default: stdout).")] = None,
) -> None:
    """Write the entries of the list to a file, by USCC."""
    whole = read_list(Settings())
    entries = whole.sorted(tuple(code for code in LEVELS if code in level) if level else LEVELS[1:])
    is_csv = format_ == "csv"
    data = export_files.csv_of(entries, headers == "zh").encode() if is_csv else export_files.jsonl_of(entries)
    write_output(data, output, for_excel=is_csv)
    if output:
        typer.echo(f"{len(entries):,} entries written to {output}")
    say(words.complete(whole.complete_to))


@app.command("digest")
def digest(as_json: AsJson = False) -> None:
    """Print a fingerprint of the whole list.

    Equal lists have equal ones. Also how many entries each level has.
    """
    whole = read_list(Settings())
    words.print_digest(
        {
            "digest": whole.digest(),
            "entries": len(whole.entries),
            "levels": whole.counts(),
            "complete_to": whole.complete_to,
        },
        as_json,
    )
