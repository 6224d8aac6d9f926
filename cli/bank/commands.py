"""Commands of a bank: `bank add|show|list|rotate-key|remove`, `watch`."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One object a line, the same models as on the topics.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="Id of the bank.")]
OfBank = Annotated[str, typer.Option("--bank", help="Id of the bank, such as bank-a.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Banks that subscribe.", no_args_is_help=True)
    for name, command in (
        ("add", add),
        ("show", show),
        ("list", list_),
        ("rotate-key", rotate_key),
        ("remove", remove),
    ):
        group.command(name)(command)
    app.add_typer(group, name="bank")
    app.command("watch")(watch)


def add(
    id_: Annotated[str, typer.Argument(metavar="ID", help="2 to 32 lower-case letters, digits or '-'.")],
    name: Annotated[str | None, typer.Option("--name", help="名称; the id where it is not given.")] = None,
    rate: Annotated[
        float | None, typer.Option("--rate", min=0.1, help="Requests a second to the HTTP service.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Register a bank, make its topics, and show its first key once. Twice changes nothing."""
    from cli.bank import register as bank_register  # noqa: PLC0415

    return bank_register.add(id_, name, rate, as_json)


def show(id_: Id, as_json: AsJson = False) -> int:
    """A bank and its keys: ids, scopes, ends; never the keys themselves."""
    from cli.bank import register as bank_register  # noqa: PLC0415

    return bank_register.show(id_, as_json)


def list_(as_json: AsJson = False) -> int:
    """The banks on the register."""
    from cli.bank import register as bank_register  # noqa: PLC0415

    return bank_register.show_all(as_json)


def rotate_key(
    id_: Id,
    keep: Annotated[str, typer.Option("--keep", help="How long the old keys still live: 30m, 24h, 7d.")] = "0s",
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="screen, watch or alerts; may be repeated. As before unless given."),
    ] = None,
    valid: Annotated[
        str | None, typer.Option("--valid", help="How long the new key lives; for ever unless given.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Make a new key, show it once, and end the old ones."""
    from cli.bank import register as bank_register  # noqa: PLC0415

    return bank_register.rotate_key(id_, keep, scope, valid, as_json)


def remove(id_: Id, as_json: AsJson = False) -> int:
    """End a bank's keys at once. Its alerts and receipts stay on their topics; its watches too, until you end them."""
    from cli.bank import register as bank_register  # noqa: PLC0415

    return bank_register.remove(id_, as_json)


def watch(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="CSV (uscc, customer_ref, role; min_level, kinds, provinces) or JSON lines."
        ),
    ],
    bank: OfBank,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="End the watches of the file.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Make the whole book exactly the file.")] = False,
    refused_to: Annotated[
        Path | None, typer.Option("--refused-to", help="Write refused rows and the reasons there, as CSV.")
    ] = None,
    as_json: AsJson = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write nothing.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="With a key, --replace: go on with an upload of this file that broke.")
    ] = False,
) -> int:
    """Watch the companies of a file; references are added to those that stand.

    With LIANCHENG_API_KEY over HTTP, as a bank does; without it on Kafka, as the office may.
    """
    from cli.bank import watch as watching  # noqa: PLC0415

    return watching.run(watching.Wish(file, bank, remove, replace, refused_to, as_json, dry_run, resume))
