"""A version's parts by group, named as in its file, for showing, counting and comparing them."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from liancheng.standard.model import Standard

Part = msgspec.Struct
Groups = Mapping[str, Mapping[str, Part]]  # parts by id, by group: acts, regimes.ndrc-58.rules, …


def outline(standard: Standard) -> Groups:
    """Returns every part of the version in the order of the file; the version itself is the first."""
    return {"version": {"version": standard}, **dict(_groups("", standard))}


def plain(part: Part) -> dict[str, Any]:
    """Returns a part's own fields, named as in the file, without the parts inside it."""
    values = ((field.encode_name, getattr(part, field.name)) for field in msgspec.structs.fields(part))
    return {name: value for name, value in values if _parts(value) is None}


def about(part: Part) -> str:
    """Returns one text for a part: its wording, or its meaning, name or title."""
    texts = (getattr(part, field, "") for field in ("wording", "meaning", "name", "title"))
    return next((text for text in texts if text), "")


def shown(value: Any) -> str:
    """Returns a field's value as a text for people."""
    if isinstance(value, tuple):
        return ", ".join(map(shown, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _groups(prefix: str, whole: Part) -> Iterator[tuple[str, Mapping[str, Part]]]:
    for field in msgspec.structs.fields(whole):
        parts = _parts(getattr(whole, field.name))
        if parts is not None:
            name = prefix + field.encode_name
            yield name, parts
            for id_, part in parts.items():
                yield from _groups(f"{name}.{id_}.", part)


def _parts(value: Any) -> Mapping[str, Part] | None:
    """The parts in a field, by id; None for a plain value."""
    if isinstance(value, msgspec.Struct):
        return {_id(value): value}
    if isinstance(value, dict):
        return value
    if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        return {_id(part): part for part in value}
    return None


def _id(part: Any) -> str:
    return str(part.id)
