"""What a change of a schema breaks. The rules are in `contracts/README.md`; each has a planted break in its test.

Records are kept for ever and read by programs that were built years apart. So both ways count: today's code reads
what was written then, and a reader of then reads what is written today.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from liancheng.records.topics import Topic
from tests.contracts.schemas import Schema

OUTSIDE = frozenset(("agency", "bank"))  # programs that we do not install


class Break(NamedTuple):
    rule: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} [{self.rule}]"


def may_grow(topic: Topic) -> bool:
    """Whether enumerations and types of records may get new members within v1: all readers are installed by us."""
    return not OUTSIDE.intersection(topic.readers)


def breaks(frozen: Schema, today: Schema, *, may_grow: bool) -> list[Break]:
    """All that the step from the frozen schema to today's breaks."""
    return list(dict.fromkeys(_Comparison(frozen, today, may_grow).of(frozen, today, "")))


class _Comparison:
    def __init__(self, frozen: Schema, today: Schema, may_grow: bool) -> None:
        self._frozen, self._today = frozen.get("$defs", {}), today.get("$defs", {})
        self._may_grow = may_grow
        self._seen: set[tuple[str, str]] = set()

    def of(self, then: Schema, now: Schema, where: str) -> Iterator[Break]:
        names = then.get("$ref", ""), now.get("$ref", "")
        if all(names):
            if names in self._seen:
                return
            self._seen.add(names)
        then, now = _resolved(then, self._frozen), _resolved(now, self._today)
        if "anyOf" in then or "anyOf" in now:
            yield from self._unions(then, now, where)
            return
        yield from self._types(then, now, where)
        yield from self._fields(then, now, where)
        yield from self._members(then, now, where)
        yield from _limits(then, now, where)
        if isinstance(then.get("items"), dict) and isinstance(now.get("items"), dict):
            yield from self.of(then["items"], now["items"], f"{where}[]")

    def _types(self, then: Schema, now: Schema, where: str) -> Iterator[Break]:
        for key in ("type", "format", "contentEncoding"):
            if then.get(key) != now.get(key):
                yield Break("another type", where, f"{key} was {then.get(key)}, is {now.get(key)}")

    def _fields(self, then: Schema, now: Schema, where: str) -> Iterator[Break]:
        fields, after = then.get("properties", {}), now.get("properties", {})
        for name in fields:
            if name not in after:
                yield Break("a field removed", f"{where}.{name}", "is no longer there")
            else:
                yield from self.of(fields[name], after[name], f"{where}.{name}")
                yield from _default(fields[name], after[name], f"{where}.{name}")
        must, musts = set(then.get("required", ())), set(now.get("required", ()))
        for name in sorted(musts - must):
            yield Break("a field required anew", f"{where}.{name}", "was optional or not there: old records lack it")
        for name in sorted((must - musts) & after.keys()):
            yield Break("a field no longer certain", f"{where}.{name}", "was always there: old readers rely on it")

    def _members(self, then: Schema, now: Schema, where: str) -> Iterator[Break]:
        if "enum" not in then and "enum" not in now:
            return
        before, after = set(then.get("enum", ())), set(now.get("enum", ()))
        if "enum" not in now or "enum" not in then:
            yield Break("another type", where, "an enumeration became a free text, or the reverse")
            return
        if before - after:
            yield Break("an enumeration narrowed", where, f"lost {_list(before - after)}")
        if after - before and not self._may_grow:
            yield Break("an enumeration widened", where, f"got {_list(after - before)}: strict readers stop at it")

    def _unions(self, then: Schema, now: Schema, where: str) -> Iterator[Break]:
        before, after = _branches(then, self._frozen), _branches(now, self._today)
        for name in before.keys() - after.keys():
            yield Break("a kind of record removed", where, f"{name} is no longer there")
        if not self._may_grow:
            for name in after.keys() - before.keys():
                yield Break("a kind of record added", where, f"{name}: strict readers stop at it")
        for name in before.keys() & after.keys():
            yield from self.of(before[name], after[name], f"{where}<{name}>")


def _resolved(node: Schema, definitions: Schema) -> Schema:
    if "$ref" not in node:
        return node
    found: Schema = definitions[node["$ref"].rsplit("/", 1)[-1]]
    return found


def _branches(node: Schema, definitions: Schema) -> dict[str, Schema]:
    """The members of a union by their tag, their type, or their definition's name."""
    return {_name(one, definitions): one for one in node.get("anyOf", [node])}


def _name(node: Schema, definitions: Schema) -> str:
    whole = _resolved(node, definitions)
    tag = whole.get("properties", {}).get("type", {}).get("enum")
    return str(tag[0] if tag else whole.get("type", "union" if "anyOf" in whole else "enum"))


def _default(then: Schema, now: Schema, where: str) -> Iterator[Break]:
    """A field that is left out means its default: another default is another meaning of the same bytes."""
    if then.get("default", _NONE) != now.get("default", _NONE):
        yield Break("another default", where, f"was {then.get('default')}, is {now.get('default')}")


_NONE: Any = object()
_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "additionalProperties")


def _limits(then: Schema, now: Schema, where: str) -> Iterator[Break]:
    for key in _LIMITS:
        if then.get(key) != now.get(key):
            yield Break("another limit", where, f"{key} was {then.get(key)}, is {now.get(key)}")


def _list(values: set[Any]) -> str:
    return ", ".join(sorted(map(str, values)))
