"""`standard diff`."""

from collections.abc import Iterator

import typer

from cli.standard.versions import chosen
from cli.terminal import Outcome, print_json, table
from liancheng.standard.difference import Difference, difference
from liancheng.standard.outline import shown


def run(before: str, after: str, as_json: bool) -> int:
    old, new = chosen(before), chosen(after)
    found = difference(old, new)
    if as_json:
        for one in found:
            print_json(one)
    elif found:
        columns = ("group", "rule", "what", "field", f"before ({old.version})", f"after ({new.version})")
        table(columns, [row for one in found for row in _rows(one)])
    else:
        typer.echo(f"no difference between {before} and {after}")
    return Outcome.DONE


def _rows(one: Difference) -> Iterator[tuple[str, ...]]:
    head = (one.group, one.id, one.what)
    if one.what == "removed":
        yield (*head, "", one.about, "")
    elif one.what == "added":
        yield (*head, f"after {one.follows}" if one.follows else "first", "", one.about)
    for number, change in enumerate(one.changes):
        yield (*(head if number == 0 else ("", "", "")), change.field, shown(change.before), shown(change.after))
