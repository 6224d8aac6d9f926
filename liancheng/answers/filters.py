"""What a bank's filters hide.

A filter may keep a bank from hearing; it may never leave it with a wrong level. So a level from `min_level` on is
always told, and a bank that was told of a level hears of every other one until it was told that the company is clear.
Kinds and provinces thin out the changes that leave the level as it is.
"""

from typing import TypeVar

from liancheng.records.alerts import Filters, WatchState
from liancheng.records.entries import RANK, Entry, Level

T = TypeVar("T")


def believed(state: WatchState) -> Level:
    """The level that the bank takes the company to have: the one it was told last."""
    return state.told.level if state.told else "clear"


def is_news(state: WatchState, entry: Entry) -> bool:
    """Whether the change that made the entry is to be told."""
    filters = state.watch.filters
    if filters is None:
        return True
    if entry.level != believed(state):
        return _must_know(state, filters, entry)
    return _matters(filters, entry) and _is_wanted(filters, entry)


def is_answer(state: WatchState, entry: Entry) -> bool:
    """Whether a watch that begins or changes is answered with the entry as it stands."""
    filters = state.watch.filters
    return filters is None or (entry.level != believed(state) and _must_know(state, filters, entry))


def wider(one: Filters | None, other: Filters | None) -> Filters | None:
    """Filters that let through what either does, at least; None lets everything through."""
    if one is None or other is None:
        return None
    return Filters(
        min_level=min(one.min_level, other.min_level, key=RANK.__getitem__),
        kinds=_both(one.kinds, other.kinds),
        provinces=_both(one.provinces, other.provinces),
    )


def plain(filters: Filters | None) -> Filters | None:
    """The same filters in one way of writing; None where they hide nothing."""
    if filters is None:
        return None
    kinds, provinces = tuple(sorted(set(filters.kinds))), tuple(sorted(set(filters.provinces)))
    found = Filters(min_level=filters.min_level, kinds=kinds, provinces=provinces)
    return None if found == Filters() else found


def _both(one: tuple[T, ...], other: tuple[T, ...]) -> tuple[T, ...]:
    """Empty means all."""
    return tuple(dict.fromkeys((*one, *other))) if one and other else ()


def _must_know(state: WatchState, filters: Filters, entry: Entry) -> bool:
    return _matters(filters, entry) or believed(state) != "clear"


def _matters(filters: Filters, entry: Entry) -> bool:
    return RANK[entry.level] >= RANK[filters.min_level]


def _is_wanted(filters: Filters, entry: Entry) -> bool:
    if filters.kinds and entry.change.kind not in filters.kinds:
        return False
    return not filters.provinces or bool(_provinces(entry) & set(filters.provinces))


def _provinces(entry: Entry) -> set[str]:
    """Of the documents that caused the change."""
    causing = {cause.document_id for cause in entry.change.causes}
    return {case.document.province for case in entry.cases if case.document.id in causing}
