"""`standard diff`: two versions of the standard compared."""

from collections.abc import Iterator
from typing import Annotated

import typer

from cli.shared.options import AsJson
from cli.shared.tables import table
from cli.shared.terminal import print_json
from cli.standard.versions import VERSION_HELP, chosen
from liancheng.standard.difference import PartDifference, difference
from liancheng.standard.outline import shown


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help=VERSION_HELP)],
    after: Annotated[str, typer.Argument(metavar="B", help=VERSION_HELP)],
    as_json: AsJson = False,
) -> None:
    """Compare two versions of the standard, field by field.

    Rules added, removed and changed from A to B.
    """
    old, new = chosen(before), chosen(after)
    differences = difference(old, new)
    if as_json:
        for rule in differences:
            print_json(rule)
    elif differences:
        columns = ("group", "rule", "what", "field", f"before ({old.version})", f"after ({new.version})")
        table(columns, [row for rule in differences for row in _rows(rule)])
    else:
        typer.echo(f"no difference between {before} and {after}")


def _rows(rule: PartDifference) -> Iterator[tuple[str, ...]]:
    head = (rule.group, rule.id, rule.what)
    if rule.what == "removed":
        yield (*head, "", rule.about, "")
    elif rule.what == "added":
        yield (*head, f"after {rule.follows}" if rule.follows else "first", "", rule.about)
    for number, change in enumerate(rule.changes):
        yield (*(head if number == 0 else ("", "", "")), change.field, shown(change.before), shown(change.after))
