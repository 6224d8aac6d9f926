"""`standard show` and `standard list`."""

from collections.abc import Iterator
from difflib import get_close_matches

import msgspec
import typer

from cli.standard.versions import chosen
from cli.terminal import Outcome, print_json, table
from liancheng import standard
from liancheng.errors import WrongUseError
from liancheng.standard.model import Rule, Standard
from liancheng.standard.outline import Groups, Part, about, outline, plain, shown
from liancheng.text.identity import PROVINCES

# Said in a rule's head line or on a line of their own; what else a rule has is its own kind's.
_COMMON = {"id", *Rule.__struct_fields__}


def show(version: str | None, rule_id: str | None, as_json: bool) -> int:
    found = chosen(version)
    groups = outline(found)
    if rule_id is not None:
        _one(groups, found, rule_id, as_json)
    elif as_json:
        for name, parts in groups.items():
            for id_, part in parts.items():
                print_json(_object(name, id_, part))
    else:
        _all(groups, found)
    return Outcome.DONE


def versions(as_json: bool) -> int:
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
    return Outcome.DONE


def _one(groups: Groups, of: Standard, id_: str, as_json: bool) -> None:
    name, part = next(((name, parts[id_]) for name, parts in groups.items() if id_ in parts), (None, None))
    if name is None or part is None:
        known = [known for parts in groups.values() for known in parts]
        near = ", ".join(get_close_matches(id_, known)) or known[1]
        raise WrongUseError(f"--rule: version {of.version} has no {id_!r}, expected an id as {near} (`standard show`)")
    if as_json:
        print_json(_object(name, id_, part))
        return
    typer.echo(f"{of.version}  {name}")
    values = plain(part) if "id" in plain(part) else {"id": id_} | plain(part)
    for field, value in values.items():
        typer.echo(f"{field:<16}  {shown(value) or '–'}")


def _object(group: str, id_: str, part: Part) -> dict[str, object]:
    return {"group": group, "id": id_} | plain(part)


def _all(groups: Groups, of: Standard) -> None:
    typer.echo(f"{of.title}\nversion {of.version}, may be adopted from {of.valid_from}; {len(of.rules())} rules")
    for name, parts in groups.items():
        if name != "version":
            typer.echo(f"\n{name} ({len(parts)})")
            for id_, part in parts.items():
                for line in _lines(id_, part):
                    typer.echo(line)


def _lines(id_: str, part: Part) -> Iterator[str]:
    if not isinstance(part, Rule):
        yield f"  {id_}  {_fields(part, {'id'})}"
        return
    off = "" if part.enabled else "  switched off"
    yield f"  {id_}  {part.mark}  {part.level}  {_place(part)}  {_force(part)}{off}"
    yield f"      {about(part)}"
    yield f"      {part.source}"
    if own := _fields(part, _COMMON):
        yield f"      {own}"


def _fields(part: Part, but: set[str]) -> str:
    """A part's own fields, where they say something: not those left as they are by themselves."""
    defaults = {field.encode_name: field.default for field in msgspec.structs.fields(part)}
    return "; ".join(
        f"{name} {shown(value)}" for name, value in plain(part).items() if name not in but and value != defaults[name]
    )


def _force(rule: Rule) -> str:
    return f"from {rule.valid_from}" + (f" to {rule.valid_to}" if rule.valid_to else "")


def _place(rule: Rule) -> str:
    return f"{rule.province} {PROVINCES.get(rule.province, '')}".strip() if rule.province else "all provinces"
