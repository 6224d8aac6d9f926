"""`verify`: reads, compares, prints."""

from collections import Counter
from contextlib import closing

import typer

from cli.terminal import Outcome, print_json, progress, say, table
from cli.verify.check import check
from cli.verify.cut import Cut
from cli.verify.report import KEPT_MAX, Report
from liancheng.settings import Settings

SHOWN = 20  # differences of one name on one topic that are shown for eyes
COLUMNS = ("topic", "records", "keys", "checked", "differences", "in flight", "unchecked", "digest")


def run(as_json: bool) -> int:
    cut = Cut(Settings())
    with closing(cut), progress("verifying", cut.total) as advance:
        cut.advance = advance
        report = check(cut)
    _as_json(report) if as_json else _for_eyes(report)
    return Outcome.REFUSED if report.count else Outcome.DONE


def _as_json(report: Report) -> None:
    for difference in report.differences:
        print_json(difference)
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


def _for_eyes(report: Report) -> None:
    rows = [
        (
            topic,
            *(f"{count:,}" for count in (tally.records, tally.keys, tally.checked, tally.differences)),
            *(f"{count:,}" for count in (tally.in_flight, tally.unchecked)),
            tally.digest()[:16],
        )
        for topic, tally in report.topics.items()
    ]
    table(COLUMNS, rows)
    typer.echo(f"list {report.list_digest}  {report.entries:,} entries")
    _differences(report)
    if report.count:
        say(f"{report.count:,} differences")
    else:
        typer.echo("no differences")


def _differences(report: Report) -> None:
    shown: Counter[tuple[str, str]] = Counter()
    for difference in report.differences:
        kind = (difference.name, difference.topic)
        shown[kind] += 1
        if shown[kind] <= SHOWN:
            typer.echo(difference.line())
    for (name, topic), count in report.kinds.items():
        if count > SHOWN:
            typer.echo(f"{name}: {count - SHOWN:,} more on {topic} (--json shows {KEPT_MAX:,} of each)")
