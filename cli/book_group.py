"""Commands about a bank's book that stay inside the bank: `book match`, `book digest`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.list.commands import AsJson

MaxAge = Annotated[str, typer.Option("--max-age", help="An older copy does not answer: 30m, 24h, 7d.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Match your customers at home, with a copy of the list.", no_args_is_help=True)
    group.command("match")(match)
    group.command("digest")(digest)
    app.add_typer(group, name="book")


def match(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or JSON lines: uscc, name, customer_ref.")],
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Then go on: a line for each change of a match.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not fetch: match with the copy as it is.")] = False,
    max_age: MaxAge = "24h",
    cutoff: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="The score from which on a name is a match (0.75).")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Companies too that are clear and have a history.")] = False,
    as_json: AsJson = False,
) -> int:
    """Which customers are on the list, by USCC or by name. Nothing about them leaves this machine."""
    from cli import book_matching  # noqa: PLC0415

    wish = book_matching.Wish(file, follow, offline, max_age, cutoff, clear, as_json)
    return book_matching.run(wish)


def digest(max_age: MaxAge = "24h", as_json: AsJson = False) -> int:
    """The fingerprint of the local copy: the same as that of `list digest` where both hold the same list."""
    from cli import book_matching  # noqa: PLC0415

    return book_matching.digest(max_age, as_json)
