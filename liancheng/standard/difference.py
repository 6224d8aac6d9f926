"""What one version of the standard has that another has not: parts added, removed, changed, set in another order."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from liancheng.records.facts import Model
from liancheng.standard.model import Standard
from liancheng.standard.outline import Part, about, outline, plain


class FieldChange(Model, frozen=True, kw_only=True):
    field: str
    before: Any
    after: Any


class Difference(Model, frozen=True, kw_only=True):
    """One part that differs. `group` and `id` as in the file; `about` its wording.

    `follows`: the part that an added one stands after, for the first rule of a regime that fits a decision judges it;
    a new order of parts that both versions have is `reordered`, under the group's name.
    """

    group: str
    id: str
    what: Literal["added", "removed", "changed", "reordered"]
    about: str = ""
    changes: tuple[FieldChange, ...] = ()
    follows: str | None = None


def difference(before: Standard, after: Standard) -> tuple[Difference, ...]:
    """Group by group, in the order of the files. Equal versions have none."""
    old, new = outline(before), outline(after)
    return tuple(
        found for group in dict.fromkeys((*old, *new)) for found in _of_group(group, old.get(group), new.get(group))
    )


def changes(before: Part, after: Part) -> tuple[FieldChange, ...]:
    """Which fields differ between two parts, from what to what."""
    old, new = plain(before), plain(after)
    return tuple(
        FieldChange(field=field, before=old[field], after=new[field])
        for field in old
        if field in new and old[field] != new[field]  # not in it: parts in the one, which are groups of their own
    )


def _of_group(group: str, before: Mapping[str, Part] | None, after: Mapping[str, Part] | None) -> Iterator[Difference]:
    old, new = before or {}, after or {}
    for id_, part in old.items():
        if id_ not in new:
            yield Difference(group=group, id=id_, what="removed", about=about(part))
        elif changed := changes(part, new[id_]):
            yield Difference(group=group, id=id_, what="changed", about=about(new[id_]), changes=changed)
    previous = None
    for id_, part in new.items():
        if id_ not in old:
            yield Difference(group=group, id=id_, what="added", about=about(part), follows=previous)
        previous = id_
    order = tuple(id_ for id_ in old if id_ in new), tuple(id_ for id_ in new if id_ in old)
    if order[0] != order[1]:
        changed = (FieldChange(field="order", before=order[0], after=order[1]),)
        yield Difference(group=group, id=group, what="reordered", changes=changed)
