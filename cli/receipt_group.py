"""Commands about receipts of screenings: `receipt verify`, `receipt list`."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One object a line.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Receipts of screenings: proofs of what a bank was answered.", no_args_is_help=True)
    group.command("verify")(verify)
    group.command("list")(list_)
    app.add_typer(group, name="receipt")


def verify(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="An answer as it was saved, or its receipt; - is stdin.")
    ],
    online: Annotated[
        bool, typer.Option("--online", help="Judge the log again, up to the entries answered from.")
    ] = False,
    keys: Annotated[
        Path | None, typer.Option("--keys", help="What /v1/keys gave; asked of LIANCHENG_API_URL unless given.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Check receipts: who signed, whether the answer is the one, with --online what the log says. 2: not proven."""
    from cli import receipt_commands  # noqa: PLC0415

    return receipt_commands.verify(file, online, keys, as_json)


def list_(
    bank: Annotated[str, typer.Option("--bank", help="Id of the bank.")],
    id_: Annotated[str | None, typer.Option("--id", help="The receipt of this id alone.")] = None,
    uscc: Annotated[str | None, typer.Option("--uscc", help="Receipts of this company alone.")] = None,
    as_json: AsJson = False,
) -> int:
    """A bank's receipts, the oldest first: also those that it has lost."""
    from cli import receipt_commands  # noqa: PLC0415

    return receipt_commands.show(bank, id_, uscc, as_json)
