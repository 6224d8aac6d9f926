"""`webhook add|list|test|replay|remove` and `webhooks run`."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One object a line.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="1 to 32 lower-case letters, digits or '-'.")]
OfBank = Annotated[str, typer.Option("--bank", help="Id of the bank, such as bank-a.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Webhooks: a bank's alerts posted to a receiver of its own.", no_args_is_help=True)
    for name, command in (("add", add), ("list", list_), ("test", test), ("replay", replay), ("remove", remove)):
        group.command(name)(command)
    app.add_typer(group, name="webhook")
    process = typer.Typer(help="The process that sends webhooks.", no_args_is_help=True)
    process.callback()(lambda: None)  # a group, although there is one command in it
    process.command("run")(run)
    app.add_typer(process, name="webhooks")


def add(
    id_: Id,
    bank: OfBank,
    *,
    url: Annotated[str, typer.Option("--url", help="https://…; where to post.")],
    from_number: Annotated[
        int | None, typer.Option("--from", min=1, help="Begin with this alert; the next new one unless given.")
    ] = None,
    rotate_secret: Annotated[
        bool, typer.Option("--rotate-secret", help="Make a new secret, where it has one.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Set a webhook and show its secret once. One that is there goes on after the last alert that was taken."""
    from cli import webhook_commands  # noqa: PLC0415

    return webhook_commands.add(bank, id_, webhook_commands.Wish(url, from_number, rotate_secret), as_json)


def list_(
    bank: Annotated[str | None, typer.Option("--bank", help="Of this bank only.")] = None, as_json: AsJson = False
) -> int:
    """Webhooks and how they stand: active, failing, dead (given up), gone (the receiver said 410)."""
    from cli import webhook_commands  # noqa: PLC0415

    return webhook_commands.show_all(bank, as_json)


def test(id_: Id, bank: OfBank) -> int:
    """Post one signed test message now. Exit code 2 where it is not taken."""
    from cli import webhook_commands  # noqa: PLC0415

    return webhook_commands.test(bank, id_)


def replay(
    id_: Id,
    bank: OfBank,
    from_number: Annotated[int, typer.Option("--from", min=1, help="The first alert to be posted again.")],
    as_json: AsJson = False,
) -> int:
    """Post everything from an alert on again, whatever was taken."""
    from cli import webhook_commands  # noqa: PLC0415

    return webhook_commands.replay(bank, id_, from_number, as_json)


def remove(id_: Id, bank: OfBank) -> int:
    """Delete a webhook: nothing is posted there any more."""
    from cli import webhook_commands  # noqa: PLC0415

    return webhook_commands.remove(bank, id_)


def run() -> int:
    """Send webhooks until Ctrl-C. `liancheng up` runs it as well; run it once only."""
    import logging  # noqa: PLC0415

    from consumers.webhooks import sender  # noqa: PLC0415
    from liancheng.settings import Settings  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sender.run(Settings())
    return 0
