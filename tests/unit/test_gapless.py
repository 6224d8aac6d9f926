"""A bank's alerts: every number once, in order; and the way to number N through a topic with holes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.reading.gapless import Gapless, MissingAlertError, find


@given(st.integers(0, 50), st.integers(1, 200))
def test_numbers_in_order_are_all_taken(last: int, count: int) -> None:
    gapless = Gapless("bank-a", last)
    assert all(gapless.is_next(number) for number in range(last + 1, last + count + 1))
    assert (gapless.last, gapless.repeated) == (last + count, 0)


@given(st.lists(st.integers(0, 20), max_size=40))
def test_rereading_any_stretch_takes_each_number_once(steps_back: list[int]) -> None:
    """A producer or reader that falls back and goes on from there: the numbers taken are still 1, 2, 3, …"""
    gapless, taken, at = Gapless("bank-a", 0), [], 0
    for step in steps_back:
        at = max(at + 1 - step, 1)
        if gapless.is_next(at):
            taken.append(at)
    assert taken == list(range(1, gapless.last + 1))
    assert gapless.repeated == len(steps_back) - len(taken)


@given(st.integers(0, 50), st.integers(1, 50))
def test_missing_numbers_are_named_and_not_passed(last: int, missing: int) -> None:
    gapless = Gapless("bank-a", last)
    with pytest.raises(MissingAlertError) as caught:
        gapless.is_next(last + missing + 1)
    assert (caught.value.first, caught.value.last) == (last + 1, last + missing)
    assert str(last + 1) in str(caught.value)
    assert gapless.last == last


@st.composite
def logs(draw: st.DrawFn) -> tuple[dict[int, int], int]:
    """Number by offset, with holes between, before and behind; and the end offset."""
    holes = draw(st.lists(st.integers(0, 3), max_size=60))
    offset, log = 0, {}
    for number, hole in enumerate(holes, 1):
        offset += hole
        log[offset] = number
        offset += 1
    return log, offset + draw(st.integers(0, 3))


@given(logs(), st.integers(1, 70))
def test_find_leads_to_the_number_whatever_the_holes(log_and_end: tuple[dict[int, int], int], number: int) -> None:
    log, end = log_and_end
    probes = 0

    def record_from(offset: int) -> tuple[int, int] | None:
        nonlocal probes
        probes += 1
        at = min((known for known in log if known >= offset), default=None)
        return None if at is None else (log[at], at)

    place = find(number, end, record_from)
    first = record_from(place.offset)
    assert place.there == (number in log.values())
    assert (first[0] if first else None) == (number if place.there else None)
    assert place.before == min(number - 1, len(log))
    assert probes - 1 <= end.bit_length()
