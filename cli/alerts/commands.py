"""`alerts`, `alerts digest`, `alerts console-command`, `alerts verify-count`."""

import shlex
import sys
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from cli.alerts import console_consumer, count_proof, day_file
from cli.alerts.lines import text
from cli.shared import proofs
from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson, KeysFile, OfBank, day_option
from cli.shared.terminal import print_json, say, write_output
from consumers.delivery import days
from consumers.delivery.history import Pages
from consumers.sdk import Bank
from liancheng.errors import WrongUseError
from liancheng.records.alert_counts import AlertCount
from liancheng.settings import Settings
from transport.admin import require_bank

FromNumber = Annotated[int, typer.Option("--from", min=1, metavar="NUMBER", help="Start with this alert.")]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def alerts(
    context: typer.Context,
    bank: Annotated[str | None, typer.Option("--bank", metavar="ID", help="Id of the bank, such as bank-a.")] = None,
    *,
    from_number: Annotated[
        int | None, typer.Option("--from", metavar="NUMBER", help="Start with this alert (default: the first new one).")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Keep waiting for further alerts.")] = False,
    as_json: AsJson = False,
    reader: Annotated[
        str, typer.Option("--reader", metavar="NAME", help="Each reader has its own place in the alerts.")
    ] = "default",
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Stop after N alerts.")] = None,
) -> None:
    """Print a bank's alerts, each of them once.

    Starts after the last alert that was printed for this reader.
    """
    if context.invoked_subcommand:
        return
    if bank is None:
        raise typer.BadParameter("expected the id of the bank, such as bank-a", context, param_hint="--bank")
    colour = sys.stdout.isatty()
    with Bank(bank, Settings(), reader) as subscriber:
        for alert in islice(subscriber.alerts(from_number, follow), limit):
            print_json(alert) if as_json else typer.echo(text(alert, colour))
            sys.stdout.flush()
            subscriber.done(alert)  # only after its text has left this process: a crash may repeat one, never skip one


@app.command("digest")
def digest(
    bank: OfBank,
    day: Annotated[date, day_option("--day", "A day of Asia/Shanghai.")],
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="File (default: stdout).")] = None,
    format_: Annotated[Literal["csv", "jsonl"], typer.Option("--format", help="csv is for Excel.")] = "csv",
) -> None:
    """Write all alerts of one day to a file.

    In the order in which they were made.
    """
    settings = Settings()
    require_bank(settings, bank)
    with closing(Pages(settings, group=f"{bank}.digest")) as pages:
        lines = [alert.json for alert in days.alerts_of(pages, bank, day).alerts]
    is_csv = format_ == "csv"
    write_output(day_file.csv_of(lines) if is_csv else day_file.jsonl_of(lines), output, for_excel=is_csv)
    if output:
        typer.echo(f"{len(lines):,} alerts of {day} written to {output}")
    else:
        say(f"{len(lines):,} alerts of {day}")


@app.command("console-command")
def console_command(
    bank: OfBank,
    from_number: FromNumber = 1,
    java: Annotated[
        bool, typer.Option("--java", help="Use the local broker's jars: for machines without Kafka's scripts.")
    ] = False,
) -> None:
    """Print a command for Kafka's own console consumer.

    It reads the same alerts.
    """
    settings = Settings()
    require_bank(settings, bank)
    with closing(Pages(settings, group=f"{bank}.console")) as pages:
        last = pages.last(bank)
        if from_number > last + 1:
            raise WrongUseError(f"{bank} has no alert {from_number} yet, its last one is {last}")
        offset = pages.find(bank, from_number)
    typer.echo(shlex.join(console_consumer.command(settings, bank, offset, java)))
    if settings.security_protocol != "PLAINTEXT":
        say("client.properties has the login: security.protocol, sasl.mechanism, sasl.jaas.config, ssl.truststore…")


@app.command("verify-count")
def verify_count(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Saved answer of GET /v1/alerts/counts/DAY.")],
    alerts: Annotated[
        Path | None, typer.Option("--alerts", metavar="FILE", help="Your alerts of that day as JSON lines, to count.")
    ] = None,
    keys: KeysFile = None,
    as_json: AsJson = False,
) -> int:
    """Check a day's signed count of alerts.

    With --alerts, also that your own alerts are those that were counted. Exit code 2 if something does not hold.
    """
    try:
        statement = msgspec.json.decode(file.read_bytes(), type=AlertCount)
    except msgspec.DecodeError as error:
        raise WrongUseError(f"{file}: {error}, expected the answer of /v1/alerts/counts/DAY") from error
    checks = [count_proof.signature(statement, proofs.public_keys(Settings(), keys))]
    if alerts:
        checks.append(count_proof.alerts(statement, alerts.read_bytes().splitlines()))
    proven = proofs.proven(checks)
    if as_json:
        print_json({"proven": proven, "count": statement, "checks": [check._asdict() for check in checks]})
    else:
        numbers = f"{statement.first} to {statement.last}" if statement.count else f"none after {statement.before}"
        typer.echo(f"{statement.bank}, {statement.day}: {statement.count:,} alerts, {numbers}")
        proofs.print_checks(checks)
    return ExitCode.DONE if proven else ExitCode.REFUSED
