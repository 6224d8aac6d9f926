"""`verify`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("verify")(verify)


def verify(
    as_json: Annotated[
        bool, typer.Option("--json", help="One object a line: each difference, each topic, the summary.")
    ] = False,
) -> int:
    """Compute everything again from the events and compare; exit code 2 where something differs."""
    from cli.verify import run  # noqa: PLC0415

    return run.run(as_json)
