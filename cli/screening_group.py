"""`screen`: a company, a name or a file, through the HTTP service."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("screen")(screen)


def screen(
    what: Annotated[
        str, typer.Argument(metavar="USCC|NAME|FILE", help="A code, a company's name, or a CSV or NDJSON file.")
    ],
    as_of: Annotated[str | None, typer.Option("--as-of", help="A USCC at the end of a day.")] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", help="As it was known at an instant with time zone.")
    ] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Keep the answers with their receipts there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as it came; of a file a row a line.")] = False,
) -> int:
    """Ask whether a company is on the list. LIANCHENG_API_KEY is the key. 2: a row of the file was refused."""
    from cli import screening  # noqa: PLC0415

    return screening.run(screening.Wish(what, as_of, known_at, save, as_json))
