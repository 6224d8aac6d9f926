"""Commands about the unified standard: `standard classify`."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The unified standard, and what it makes of decisions.", no_args_is_help=True)
    group.command("classify")(classify)
    app.add_typer(group, name="standard")


def classify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="双公示 table as CSV, or JSON lines; - reads stdin.")],
    labels: Annotated[
        Path | None, typer.Option("--labels", help="CSV (id = row, acts, unclear) to measure against.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line: each decision, then each act.")] = False,
) -> int:
    """Which entry acts the cited articles of each decision prove, and which ones the agency would be asked about."""
    from cli import classifying  # noqa: PLC0415

    return classifying.run(file, labels, as_json)
