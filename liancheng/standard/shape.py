"""Every field of a TOML table that does not fit the types of a version; msgspec names only the first."""

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


def misfits(table: Any, of: type[msgspec.Struct], where: str = "") -> Iterator[Misfit | msgspec.Struct]:
    """Yields each field of `table` that does not fit, and each struct that fits, converted for further checks."""
    if not isinstance(table, dict):
        yield Misfit(where, _shown(table), "a table of fields")
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(of)}
    types = {field.encode_name: field.type for field in _info(of).fields}
    prefix = f"{where}." if where else ""
    inside: list[Misfit | msgspec.Struct] = [
        Misfit(prefix + name, "an unknown field", f"one of {', '.join(fields)}") for name in table if name not in fields
    ]
    for name, field in fields.items():
        if name in table:
            inside += _value(table[name], types[name], prefix + name)
        elif field.required:
            inside.append(Misfit(prefix + name, "nothing", _expected(types[name])))
    yield from inside
    if not any(isinstance(part, Misfit) for part in inside):
        yield msgspec.convert(table, of, builtin_types=(date,))


def _info(of: type[msgspec.Struct]) -> inspect.StructType:
    info = inspect.type_info(of)
    assert isinstance(info, inspect.StructType)
    return info


def _value(value: Any, of: inspect.Type, where: str) -> Iterator[Misfit | msgspec.Struct]:
    match of:
        case inspect.StructType(cls=struct):
            yield from misfits(value, struct, where)
        case inspect.VarTupleType(item_type=inspect.StructType(cls=struct)) if isinstance(value, list):
            for number, part in enumerate(value, start=1):
                yield from misfits(part, struct, _name(part) or f"{where}, number {number}")
        case inspect.DictType(value_type=inspect.StructType(cls=struct)) if isinstance(value, dict):
            for name, part in value.items():
                yield from misfits(part, struct, f"{where}.{name}")
        case _ if not _fits(value, of):
            yield Misfit(where, _shown(value), _expected(of))


def _name(value: Any) -> str:
    id_ = value.get("id") if isinstance(value, dict) else None
    return id_ if isinstance(id_, str) else ""


def _fits(value: Any, of: inspect.Type) -> bool:
    match of:
        case inspect.LiteralType(values=values):
            return value in values
        case inspect.UnionType(types=types):
            return any(_fits(value, member) for member in types)
        case inspect.VarTupleType(item_type=item):
            return isinstance(value, list) and all(_fits(element, item) for element in value)
        case _:
            return type(value) is _PLAIN.get(type(of), (type(value), ""))[0]


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


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, (str, list, dict)) else str(value)
    return text if len(text) <= _FOUND_MAX else f"{text[:_FOUND_MAX]}…"
