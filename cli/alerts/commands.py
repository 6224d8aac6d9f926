"""Commands of a bank's alerts: `alerts`, `alerts digest`, `alerts console-command`, `alerts verify-count`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One object a line, the same models as on the topics.")]
OfBank = Annotated[str, typer.Option("--bank", help="Id of the bank, such as bank-a.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(invoke_without_command=True)
    group.callback()(alerts)
    group.command("digest")(digest)
    group.command("console-command")(console_command)
    group.command("verify-count")(verify_count)
    app.add_typer(group, name="alerts")


def alerts(
    context: typer.Context,
    bank: Annotated[str | None, typer.Option("--bank", help="Id of the bank, such as bank-a.")] = None,
    *,
    from_number: Annotated[int | None, typer.Option("--from", help="Start with this alert number.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for further alerts.")] = False,
    as_json: AsJson = False,
    reader: Annotated[str, typer.Option("--reader", help="Whose place is remembered.")] = "default",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Stop after so many.")] = None,
) -> int:
    """The bank's alerts, a line each, after the last one that was printed to this reader."""
    if context.invoked_subcommand:
        return 0
    if bank is None:
        raise typer.BadParameter("expected the id of the bank, such as bank-a", context, param_hint="--bank")
    from cli.alerts import lines  # noqa: PLC0415

    return lines.run(bank, reader, from_number, follow=follow, limit=limit, as_json=as_json)


def digest(
    bank: OfBank,
    day: Annotated[datetime, typer.Option("--day", formats=["%Y-%m-%d"], help="A day of Asia/Shanghai.")],
    output: Annotated[Path | None, typer.Option("--output", help="Write there; stdout unless given.")] = None,
    format_: Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="csv is for Excel.")] = "csv",
) -> int:
    """All alerts of one day, by the time they were made: a file for those who read once a day."""
    from cli.alerts import digest as alert_digest  # noqa: PLC0415

    return alert_digest.run(bank, day.date(), output, as_jsonl=format_ == "jsonl")


def console_command(
    bank: OfBank,
    from_number: Annotated[int, typer.Option("--from", min=1, help="Start with this alert number.")] = 1,
    java: Annotated[
        bool, typer.Option("--java", help="With the local broker's jars, where no Kafka is installed.")
    ] = False,
) -> int:
    """Print the command that reads the same alerts with nothing but Kafka's own console consumer."""
    from cli.alerts import console  # noqa: PLC0415

    return console.run(bank, from_number, java)


def verify_count(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A statement, as GET /v1/alerts/counts/DAY gave it.")],
    alerts: Annotated[
        Path | None, typer.Option("--alerts", help="Your alerts of that day, JSON lines, to count.")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option("--keys", help="What GET /v1/keys gave; asked for at LIANCHENG_API_URL unless given.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Check the signature of a day's count, and your own alerts against it. Exit code 2 where something is wrong."""
    from cli.alerts import count_proof  # noqa: PLC0415

    return count_proof.run(file, alerts, keys, as_json)
