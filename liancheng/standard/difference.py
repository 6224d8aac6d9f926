"""The differences between two versions of the standard: parts added, removed, changed or reordered."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from liancheng.records.facts import Model
from liancheng.standard.model import Standard
from liancheng.standard.outline import Part, about, outline, plain


class FieldChange(Model, frozen=True, kw_only=True):
    field: str
    before: Any
    after: Any


class PartDifference(Model, frozen=True, kw_only=True):
    """One part that differs. `group` and `id` are those of the file; `about` is its wording.

    `follows` is the part after which an added one is placed: order matters, as the first rule of a regime that fits a
    decision judges it. If parts of both versions are in another order, the group itself is `reordered`.
    """

    group: str
    id: str
    what: Literal["added", "removed", "changed", "reordered"]
    about: str = ""
    changes: tuple[FieldChange, ...] = ()
    follows: str | None = None


def difference(before: Standard, after: Standard) -> tuple[PartDifference, ...]:
    """Returns the differences group by group, in the order of the files; none between equal versions."""
    old, new = outline(before), outline(after)
    groups = dict.fromkeys((*old, *new))
    return tuple(part for group in groups for part in _of_group(group, old.get(group), new.get(group)))


def changes(before: Part, after: Part) -> tuple[FieldChange, ...]:
    """Returns the fields that differ between two parts, with both values."""
    old, new = plain(before), plain(after)
    return tuple(
        FieldChange(field=field, before=old[field], after=new[field])
        for field in old
        if field in new and old[field] != new[field]  # a field that holds parts in one of them is a group of its own
    )


def _of_group(
    group: str, before: Mapping[str, Part] | None, after: Mapping[str, Part] | None
) -> Iterator[PartDifference]:
    old, new = before or {}, after or {}
    for id_, part in old.items():
        if id_ not in new:
            yield PartDifference(group=group, id=id_, what="removed", about=about(part))
        elif changed := changes(part, new[id_]):
            yield PartDifference(group=group, id=id_, what="changed", about=about(new[id_]), changes=changed)
    previous = None
    for id_, part in new.items():
        if id_ not in old:
            yield PartDifference(group=group, id=id_, what="added", about=about(part), follows=previous)
        previous = id_
    order = tuple(id_ for id_ in old if id_ in new), tuple(id_ for id_ in new if id_ in old)
    if order[0] != order[1]:
        changed = (FieldChange(field="order", before=order[0], after=order[1]),)
        yield PartDifference(group=group, id=group, what="reordered", changes=changed)
