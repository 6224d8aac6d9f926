"""Commands about the unified standard: `standard show`, `list`, `check`, `diff`, `preview`, `adopt`, `classify`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One object a line.")]
VERSION = "A packaged version, as 2026.1, or the TOML file of one."

group = typer.Typer(help="The unified standard: read, check, compare and try its versions.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="standard")


@group.command("show")
def show(
    version: Annotated[str | None, typer.Argument(help=VERSION + " 2026.1 unless given.")] = None,
    rule: Annotated[str | None, typer.Option(metavar="ID", help="This rule alone, with everything about it.")] = None,
    as_json: AsJson = False,
) -> int:
    """A version's rules by group: wording, source, legal level, mark, days of force."""
    from cli.standard import show as standard_view  # noqa: PLC0415

    return standard_view.show(version, rule, as_json)


@group.command("list")
def list_(as_json: AsJson = False) -> int:
    """The packaged versions, and the first day on which each may be adopted."""
    from cli.standard import show as standard_view  # noqa: PLC0415

    return standard_view.versions(as_json)


@group.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="The TOML file of a version.")],
    as_json: AsJson = False,
) -> int:
    """Read a version's file and say all that is wrong in it: exit code 1 then."""
    from cli.standard import check as standard_check  # noqa: PLC0415

    return standard_check.run(file, as_json)


@group.command("diff")
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help=VERSION)],
    after: Annotated[str, typer.Argument(metavar="B", help=VERSION)],
    as_json: AsJson = False,
) -> int:
    """What B has that A has not: rules added, removed, changed (which field, from what to what)."""
    from cli.standard import diff as standard_diff  # noqa: PLC0415

    return standard_diff.run(before, after, as_json)


@group.command("preview")
def preview(
    version: Annotated[str, typer.Argument(metavar="B", help=VERSION)],
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The list as of this day; today where none is given.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Name so many companies at most; 20, with --json all.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Whom B would move, up or down: every fact on `penalties`, judged by B and by the version in force."""
    from cli.standard import preview as standard_preview  # noqa: PLC0415

    return standard_preview.run(version, day.date() if day else None, limit, as_json)


@group.command("adopt")
def adopt(
    version: Annotated[str, typer.Argument(help="A packaged version, as 2026.1.")],
    from_: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day it judges: 2027-01-01.")],
    as_json: AsJson = False,
) -> int:
    """Put a version in force from a day on: every company is judged anew when that day begins. Preview it first."""
    from cli.standard import adopt as adopting  # noqa: PLC0415

    return adopting.run(version, from_, as_json)


@group.command("classify")
def classify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="双公示 table as CSV, or JSON lines; - reads stdin.")],
    labels: Annotated[
        Path | None, typer.Option("--labels", help="CSV (id = row, acts, unclear) to measure against.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line: each decision, then each act.")] = False,
) -> int:
    """Which entry acts the cited articles of each decision prove, and which ones the agency would be asked about."""
    from cli.standard import classify as classifying  # noqa: PLC0415

    return classifying.run(file, labels, as_json)
