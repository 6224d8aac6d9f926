"""`standard show` and `standard list`."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Annotated

import msgspec
import typer

from cli.shared.options import AsJson
from cli.shared.tables import fields, hanging, table
from cli.shared.terminal import print_json
from cli.standard.versions import VERSION_HELP, chosen
from liancheng import standard
from liancheng.errors import WrongUseError
from liancheng.standard.model import Rule, Standard
from liancheng.standard.outline import Groups, Part, about, outline, plain, shown
from liancheng.text.identity import PROVINCES

# Shown in a rule's first line or on a line of their own; the other fields belong to the rule's kind.
_COMMON = {"id", *Rule.__struct_fields__}


def show(
    version: Annotated[str | None, typer.Argument(help=VERSION_HELP + " Default: 2026.1.")] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="ID", help="Only this rule, with everything about it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a version's rules by group.

    Wording, source, legal level, mark, validity.
    """
    chosen_version = chosen(version)
    groups = outline(chosen_version)
    if rule is not None:
        _print_rule(groups, chosen_version, rule, as_json)
    elif as_json:
        for name, parts in groups.items():
            for id_, part in parts.items():
                print_json(_object(name, id_, part))
    else:
        _print_all(groups, chosen_version)


def list_(as_json: AsJson = False) -> None:
    """List the packaged versions.

    With the first day on which each may be adopted.
    """
    rows = [
        {
            "version": each.version,
            "title": each.title,
            "valid_from": each.valid_from,
            "initial": each.version == standard.CURRENT,
        }
        for each in map(standard.load, standard.versions())
    ]
    if as_json:
        for row in rows:
            print_json(row)
    else:
        shown_rows = [(*list(row.values())[:-1], "until another is adopted" if row["initial"] else "") for row in rows]
        table(("version", "title", "may be adopted from", "in force"), shown_rows)


def _print_rule(groups: Groups, of: Standard, id_: str, as_json: bool) -> None:
    name, part = next(((name, parts[id_]) for name, parts in groups.items() if id_ in parts), (None, None))
    if name is None or part is None:
        known = [known for parts in groups.values() for known in parts]
        near = ", ".join(get_close_matches(id_, known)) or known[1]
        raise WrongUseError(
            f"--rule: version {of.version} has no {id_!r}, expected an id as {near} (see `liancheng standard show`)"
        )
    if as_json:
        print_json(_object(name, id_, part))
        return
    typer.echo(f"{of.version}  {name}")
    values = plain(part) if "id" in plain(part) else {"id": id_} | plain(part)
    fields((field, shown(value) or "–") for field, value in values.items())


def _object(group: str, id_: str, part: Part) -> dict[str, object]:
    return {"group": group, "id": id_} | plain(part)


def _print_all(groups: Groups, of: Standard) -> None:
    typer.echo(f"{of.title}\nversion {of.version}, may be adopted from {of.valid_from}; {len(of.rules())} rules")
    for name, parts in groups.items():
        if name != "version":
            typer.echo(f"\n{name} ({len(parts)})")
            for id_, part in parts.items():
                for line in _lines(id_, part):
                    typer.echo(hanging(line, 6))


def _lines(id_: str, part: Part) -> Iterator[Sequence[str]]:
    if not isinstance(part, Rule):
        yield f"  {id_}", _fields(part, {"id"})
        return
    off = "" if part.enabled else "switched off"
    yield f"  {id_}", part.mark, part.level, _place(part), _force(part), off
    for text in (about(part), part.source, _fields(part, _COMMON)):
        if text:
            yield (f"      {text}",)


def _fields(part: Part, but: set[str]) -> str:
    """A part's own fields, without those that have their default."""
    defaults = {field.encode_name: field.default for field in msgspec.structs.fields(part)}
    return "; ".join(
        f"{name} {shown(value)}" for name, value in plain(part).items() if name not in but and value != defaults[name]
    )


def _force(rule: Rule) -> str:
    return f"from {rule.valid_from}" + (f" to {rule.valid_to}" if rule.valid_to else "")


def _place(rule: Rule) -> str:
    return f"{rule.province} {PROVINCES.get(rule.province, '')}".strip() if rule.province else "all provinces"
