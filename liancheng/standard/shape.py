"""Where a TOML table does not fit the types of a version: every place, where msgspec names the first one only."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

_FOUND_MAX = 60


class Misfit(NamedTuple):
    field: str
    found: str
    expected: str


def misfits(found: Any, of: type[msgspec.Struct], where: str = "") -> Iterator[Misfit | msgspec.Struct]:
    """Each field inside `found` that does not fit, and each struct that does, made: it can be looked at further."""
    if not isinstance(found, dict):
        yield Misfit(where, _shown(found), "a table of fields")
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(of)}
    types = {field.encode_name: field.type for field in _info(of).fields}
    prefix = f"{where}." if where else ""
    inside: list[Misfit | msgspec.Struct] = [
        Misfit(prefix + name, "a field that nobody reads", f"one of {', '.join(fields)}")
        for name in found
        if name not in fields
    ]
    for name, field in fields.items():
        if name in found:
            inside += _value(found[name], types[name], prefix + name)
        elif field.required:
            inside.append(Misfit(prefix + name, "nothing", _expected(types[name])))
    yield from inside
    if not any(isinstance(one, Misfit) for one in inside):
        yield msgspec.convert(found, of, builtin_types=(date,))


def _info(of: type[msgspec.Struct]) -> inspect.StructType:
    info = inspect.type_info(of)
    assert isinstance(info, inspect.StructType)
    return info


def _value(found: Any, of: inspect.Type, where: str) -> Iterator[Misfit | msgspec.Struct]:
    match of:
        case inspect.StructType(cls=struct):
            yield from misfits(found, struct, where)
        case inspect.VarTupleType(item_type=inspect.StructType(cls=struct)) if isinstance(found, list):
            for number, one in enumerate(found, start=1):
                yield from misfits(one, struct, _name(one) or f"{where}, number {number}")
        case inspect.DictType(value_type=inspect.StructType(cls=struct)) if isinstance(found, dict):
            for name, one in found.items():
                yield from misfits(one, struct, f"{where}.{name}")
        case _ if not _fits(found, of):
            yield Misfit(where, _shown(found), _expected(of))


def _name(found: Any) -> str:
    id_ = found.get("id") if isinstance(found, dict) else None
    return id_ if isinstance(id_, str) else ""


def _fits(found: Any, of: inspect.Type) -> bool:
    match of:
        case inspect.LiteralType(values=values):
            return found in values
        case inspect.UnionType(types=types):
            return any(_fits(found, one) for one in types)
        case inspect.VarTupleType(item_type=item):
            return isinstance(found, list) and all(_fits(one, item) for one in found)
        case _:
            return type(found) is _PLAIN.get(type(of), (type(found), ""))[0]


_PLAIN: dict[type[inspect.Type], tuple[type, str]] = {
    inspect.StrType: (str, "a text in quotation marks"),
    inspect.IntType: (int, "a whole number"),
    inspect.BoolType: (bool, "true or false"),
    inspect.DateType: (date, "a day without quotation marks, as 2026-04-01"),
    inspect.NoneType: (type(None), ""),
}


def _expected(of: inspect.Type) -> str:
    match of:
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case inspect.UnionType(types=types):
            return " or ".join(filter(None, map(_expected, types)))
        case inspect.VarTupleType(item_type=item):
            return f"a list, each {_expected(item)}"
        case _:
            return _PLAIN.get(type(of), (object, "a table of fields"))[1]


def _shown(found: Any) -> str:
    text = repr(found) if isinstance(found, (str, list, dict)) else str(found)
    return text if len(text) <= _FOUND_MAX else f"{text[:_FOUND_MAX]}…"
