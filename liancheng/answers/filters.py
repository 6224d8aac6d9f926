"""What a bank's filters hide.

A filter may hide news from a bank; it may never leave the bank with a wrong level. So a level of `min_level` or worse
is always reported, and once a bank has been alerted to a level, every change of level is reported until the company is
clear. Kinds and provinces reduce only the changes that leave the level as it is.
"""

from typing import TypeVar

from liancheng.records.alerts import Filters, WatchState
from liancheng.records.entries import RANK, Entry, Level
from liancheng.records.partial import AlertedEntry

T = TypeVar("T")


def believed(state: WatchState) -> Level:
    """Returns the level the bank believes the company to have: that of its last alert."""
    return state.told.level if state.told else "clear"


def is_news(state: WatchState, entry: Entry | AlertedEntry) -> bool:
    """Returns whether the change that made the entry is reported."""
    filters = state.watch.filters
    if filters is None:
        return True
    if entry.level != believed(state):
        return _must_know(state, filters, entry)
    return _matters(filters, entry) and _is_wanted(filters, entry)


def is_answer(state: WatchState, entry: Entry | AlertedEntry) -> bool:
    """Returns whether a watch that begins or changes gets an alert about the entry as it stands."""
    filters = state.watch.filters
    return filters is None or (entry.level != believed(state) and _must_know(state, filters, entry))


def wider(first: Filters | None, second: Filters | None) -> Filters | None:
    """Returns filters that let through everything that either does. None lets everything through."""
    if first is None or second is None:
        return None
    return Filters(
        min_level=min(first.min_level, second.min_level, key=RANK.__getitem__),
        kinds=_both(first.kinds, second.kinds),
        provinces=_both(first.provinces, second.provinces),
    )


def plain(filters: Filters | None) -> Filters | None:
    """Returns the same filters in canonical form, or None if they hide nothing."""
    if filters is None:
        return None
    kinds, provinces = tuple(sorted(set(filters.kinds))), tuple(sorted(set(filters.provinces)))
    canonical = Filters(min_level=filters.min_level, kinds=kinds, provinces=provinces)
    return None if canonical == Filters() else canonical


def _both(first: tuple[T, ...], second: tuple[T, ...]) -> tuple[T, ...]:
    """The union; empty means all."""
    return tuple(dict.fromkeys((*first, *second))) if first and second else ()


def _must_know(state: WatchState, filters: Filters, entry: Entry | AlertedEntry) -> bool:
    return _matters(filters, entry) or believed(state) != "clear"


def _matters(filters: Filters, entry: Entry | AlertedEntry) -> bool:
    return RANK[entry.level] >= RANK[filters.min_level]


def _is_wanted(filters: Filters, entry: Entry | AlertedEntry) -> bool:
    if filters.kinds and entry.change.kind not in filters.kinds:
        return False
    return not filters.provinces or bool(_provinces(entry) & set(filters.provinces))


def _provinces(entry: Entry | AlertedEntry) -> set[str]:
    """The provinces of the documents that caused the change."""
    causing = {cause.document_id for cause in entry.change.causes}
    return {case.document.province for case in entry.cases if case.document.id in causing}
