"""`verify`: reads, compares, prints."""

from collections import Counter
from contextlib import closing

import typer

from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson
from cli.shared.tables import table
from cli.shared.terminal import print_json, progress, say
from cli.verify.check import check
from cli.verify.cut import Cut
from cli.verify.report import KEPT_MAX, Report
from liancheng.settings import Settings

_SHOWN = 20  # differences of one name on one topic
_COLUMNS = ("topic", "records", "keys", "checked", "differences", "in flight", "unchecked", "digest")


def verify(as_json: AsJson = False) -> int:
    """Compute everything again from the events and compare.

    With --json: each difference, each topic, the summary. Exit code 2 if something differs.
    """
    cut = Cut(Settings())
    with closing(cut), progress("records verified", cut.total) as advance:
        cut.advance = advance
        report = check(cut)
    _print_json(report) if as_json else print_report(report)
    return ExitCode.REFUSED if report.count else ExitCode.DONE


def _print_json(report: Report) -> None:
    for discrepancy in report.discrepancies:
        print_json(discrepancy)
    for topic, tally in report.topics.items():
        print_json(
            {
                "type": "topic",
                "topic": topic,
                "records": tally.records,
                "keys": tally.keys,
                "checked": tally.checked,
                "differences": tally.differences,
                "in_flight": tally.in_flight,
                "unchecked": tally.unchecked,
                "digest": tally.digest(),
            }
        )
    print_json(
        {
            "type": "summary",
            "differences": report.count,
            "entries": report.entries,
            "list_digest": report.list_digest,
        }
    )


def print_report(report: Report) -> None:
    rows = [
        (
            topic,
            *(f"{count:,}" for count in (tally.records, tally.keys, tally.checked, tally.differences)),
            *(f"{count:,}" for count in (tally.in_flight, tally.unchecked)),
            tally.digest()[:16],
        )
        for topic, tally in report.topics.items()
    ]
    table(_COLUMNS, rows)
    typer.echo(f"list {report.list_digest}  {report.entries:,} entries")
    _print_differences(report)
    if report.count:
        say(f"{report.count:,} differences")
    else:
        typer.echo("no differences")


def _print_differences(report: Report) -> None:
    shown: Counter[tuple[str, str]] = Counter()
    for discrepancy in report.discrepancies:
        kind = (discrepancy.name, discrepancy.topic)
        shown[kind] += 1
        if shown[kind] <= _SHOWN:
            typer.echo(discrepancy.line())
    for (name, topic), count in report.kinds.items():
        if count > _SHOWN:
            typer.echo(f"{name}: {count - _SHOWN:,} more on {topic} (--json shows {KEPT_MAX:,} of each)")
