"""The fold of the view: batches may be cut anywhere and come twice, the view is the same."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from consumers.view.fold import EndsSample, ViewInput, fold, unreached
from consumers.view.layout import LAYOUT, PartitionState, ViewHead
from consumers.view.position import position
from liancheng import codec
from liancheng.records.entries import ListDay
from tests.bank_material import uscc

KEYS = [uscc(number).encode() for number in range(4)]
EMPTY = ViewHead(layout=LAYOUT, generation="g", source="t", parts=(PartitionState(target=3), PartitionState()))


def day(offset: int, of: date, partition: int = 0) -> ViewInput:
    return ViewInput(partition, offset, offset, b"day", codec.encode(ListDay(day=of)))


@st.composite
def logs(draw: st.DrawFn) -> list[ViewInput]:
    """A partition's records with holes between them, the ends between as Kafka tells them."""
    steps, offset = [], 0
    for number in range(draw(st.integers(0, 12))):
        offset += draw(st.integers(1, 3))
        key = draw(st.sampled_from([*KEYS, b"day", b"#", b""]))
        value = draw(st.sampled_from([b"%d" % number, None, codec.encode(ListDay(day=date(2026, 1, number + 1)))]))
        steps.append(ViewInput(0, offset, number, key, value))
        if draw(st.booleans()):
            offset += 1
            steps.append(ViewInput(0, offset))
    return steps


def applied(view: dict[bytes, bytes], entries: dict[bytes, bytes | None]) -> dict[bytes, bytes]:
    return {key: value for key, value in (view | entries).items() if value is not None}


@given(logs(), st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=5))
def test_cut_anywhere_and_read_again_it_is_the_same(log: list[ViewInput], cuts: list[tuple[int, int]]) -> None:
    whole, changes = fold(EMPTY, log)
    head, view = EMPTY, dict[bytes, bytes]()
    for start, end in [*cuts, (0, len(log))]:
        already = sum(step.offset < head.parts[0].offset for step in log)
        after, part = fold(head, log[min(start, already) : end])  # a batch begins where the view is, or before
        view = applied(view, part.entries)
        head = after
    assert head == whole
    assert view == applied({}, changes.entries)


def test_what_is_neither_entry_nor_day_never_reaches_the_view() -> None:
    _, changes = fold(
        EMPTY, [ViewInput(0, 0, 1, b"#", b"{}"), ViewInput(0, 1, 1, b"day", b"x"), ViewInput(0, 2, 1, b"", b"x")]
    )
    assert (changes.entries, changes.undigestible, changes.records) == ({}, 3, 3)


def test_it_is_as_old_as_its_oldest_partition() -> None:
    samples = [EndsSample(1000, (2, 0)), EndsSample(2000, (4, 0)), EndsSample(3000, (9, 1))]
    head, _ = fold(EMPTY, [ViewInput(0, 4)], samples)
    assert [part.current_ms for part in head.parts] == [2000, 2000]
    assert position(head, 5000).age_s == 3
    assert unreached(head, samples) == [samples[2]]
    head, _ = fold(head, [ViewInput(0, 9)], unreached(head, samples))
    assert [part.current_ms for part in head.parts] == [3000, 2000]


def test_a_clock_that_was_put_back_is_followed() -> None:
    head, _ = fold(EMPTY, [], [EndsSample(9000, (0, 0))])
    head, _ = fold(head, [], [EndsSample(2000, (0, 0))])
    assert position(head, 2500).age_s == 0.5
    assert position(head, 1500).age_s is None


def test_complete_when_the_first_end_is_reached_and_the_day_is_the_earliest() -> None:
    head, _ = fold(EMPTY, [day(0, date(2026, 1, 2)), day(1, date(2026, 1, 3)), day(0, date(2026, 1, 2), 1)])
    assert head.rebuilding
    assert position(head, 0).progress == 2 / 3
    head, _ = fold(head, [ViewInput(0, 3)])
    assert not head.rebuilding
    assert position(head, 0).complete_to == date(2026, 1, 2)
