"""Commands that read the joint-sanction list: `list show`, `list explain`, `list export`, `list digest`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from liancheng.records.entries import LEVELS

AsJson = Annotated[bool, typer.Option("--json", help="One object a line, the same models as on the topics.")]


class LevelName(StrEnum):  # Typer takes no list of a Literal
    CLEAR = "clear"
    PENALISED = "penalised"
    CANDIDATE = "candidate"
    LISTED = "listed"


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The joint-sanction list as it stands.", no_args_is_help=True)
    group.command("show")(show)
    group.command("explain")(explain)
    group.command("export")(export)
    group.command("digest")(digest)
    app.add_typer(group, name="list")


def show(
    uscc: Annotated[str, typer.Argument(metavar="USCC", help="统一社会信用代码, 18 characters.")],
    as_of: Annotated[str | None, typer.Option(help="What the list said on that day, or will: 2026-10-31.")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="Only what had been accepted by then: 2026-10-31T09:00, in Shanghai.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """A company's entry, now or then: level, cases, acts, history."""
    from cli.list import entry  # noqa: PLC0415

    if as_of or known_at:
        return entry.show_past(uscc, as_of, known_at, as_json)
    return entry.show(uscc, as_json)


def explain(
    uscc: Annotated[str, typer.Argument(metavar="USCC", help="统一社会信用代码, 18 characters.")],
    lang: Annotated[Literal["zh", "en"], typer.Option(help="Language of the explanation.")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="One object: its sections and lines.")] = False,
) -> int:
    """Why a company stands where it stands: every reason with its rule, the rule's source and its mark."""
    from cli.list import explain as explaining  # noqa: PLC0415

    return explaining.run(uscc, lang, as_json)


def export(
    level: Annotated[list[LevelName] | None, typer.Option(help="Only this level; may be repeated.")] = None,
    format_: Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="csv or jsonl.")] = "csv",
    headers: Annotated[Literal["zh", "en"], typer.Option(help="Language of a CSV's headers and levels.")] = "zh",
    output: Annotated[Path | None, typer.Option("--output", help="A file; stdout where none is given.")] = None,
) -> int:
    """All entries that are not clear, by USCC."""
    from cli.list import export as list_export  # noqa: PLC0415

    return list_export.run(
        tuple(code for code in LEVELS if code in level) if level else LEVELS[1:],
        format_ == "jsonl",
        headers == "zh",
        output,
    )


def digest(as_json: AsJson = False) -> int:
    """A fingerprint of the whole list: equal lists have equal ones. And how many entries each level has."""
    from cli.list import export as list_export  # noqa: PLC0415

    return list_export.digest(as_json)
