"""Commands about names of companies: `names check`, `names score`. They need no broker."""

from pathlib import Path
from typing import Annotated

import typer

from cli.list.commands import AsJson

Cutoff = Annotated[
    float | None, typer.Option(min=0.0, max=1.0, help="The score from which on a name is a candidate (0.75).")
]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="How names of companies are matched.", no_args_is_help=True)
    group.command("check")(check)
    group.command("score")(score)
    app.add_typer(group, name="names")


def check(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The name that is asked for.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name on the list.")],
    as_json: AsJson = False,
) -> int:
    """How alike two names are, and why; how each was read."""
    from cli import name_view  # noqa: PLC0415

    return name_view.check(query, name, as_json)


def score(
    pairs: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV with query, listed, same (yes / no); part, kind, former.")
    ],
    cutoff: Cutoff = None,
    as_json: AsJson = False,
) -> int:
    """Precision and recall on pairs of names that you have labelled, and which of them were judged wrong."""
    from cli import name_view  # noqa: PLC0415

    return name_view.score(pairs, cutoff, as_json)
