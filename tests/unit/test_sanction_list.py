"""The list from its records: the same list, the same digest, whatever the order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.list.export_files import csv_of, jsonl_of
from consumers.reading.sanction_list import TOPIC, assemble
from liancheng import codec
from liancheng.errors import UndigestibleError
from liancheng.records.entries import LEVELS, ListDay
from tests.bank_material import entry, uscc

entries = st.dictionaries(st.integers(0, 30), st.tuples(st.sampled_from(LEVELS), st.integers(1, 3)), max_size=12).map(
    lambda found: [entry(number, level, sequence) for number, (level, sequence) in found.items()]
)


def newest(found) -> dict[tuple[int, bytes], bytes]:  # type: ignore[no-untyped-def]
    keys = [one.uscc.encode() for one in found]
    return {
        (codec.murmur2_partition(key, TOPIC.partitions), key): codec.encode(one)
        for key, one in zip(keys, found, strict=True)
    }


@given(entries, st.randoms())
def test_order_changes_neither_digest_nor_export(found, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = found[:]
    random.shuffle(shuffled)
    one, other = assemble(newest(found), range(6)), assemble(newest(shuffled), range(6))
    assert one.digest() == other.digest()
    assert csv_of(one.sorted(), True) == csv_of(other.sorted(), True)
    assert jsonl_of(one.sorted()) == jsonl_of(other.sorted())
    assert [each.uscc for each in one.sorted()] == sorted(each.uscc for each in found)


@given(entries, entries)
def test_different_lists_have_different_digests(found, others) -> None:  # type: ignore[no-untyped-def]
    one, other = assemble(newest(found), range(6)), assemble(newest(others), range(6))
    assert (one.digest() == other.digest()) == (one.entries == other.entries)


def test_unset_and_unknown_fields_do_not_change_the_digest() -> None:
    """A list written by an older or newer writer is the same list."""
    raw = codec.encode(entry(1))
    spelt_out = raw[:-1] + b',"next_due_day":null,"history":[],"of_a_later_version":1}'
    one, other = (assemble({(0, b"k"): value}, [0]) for value in (raw, spelt_out))
    assert one.digest() == other.digest()


def test_levels_are_counted_and_picked() -> None:
    found = assemble(newest([entry(1, "listed"), entry(2, "clear"), entry(3, "listed")]), range(6))
    assert found.counts() == {"clear": 1, "penalised": 0, "candidate": 0, "listed": 2}
    assert [one.uscc for one in found.sorted(["listed"])] == [uscc(1), uscc(3)]


def test_the_list_is_complete_up_to_its_slowest_partition() -> None:
    days = {(n, b"day"): codec.encode(ListDay(day=date(2026, 8, 20 + n))) for n in range(6)}
    assert assemble(days, range(6)).complete_to == date(2026, 8, 20)
    days.pop((3, b"day"))
    assert assemble(days, range(6)).complete_to is None
    assert assemble({(5, b"day"): days[5, b"day"]}, [5]).complete_to == date(2026, 8, 25)


def test_a_record_that_is_no_entry_is_named() -> None:
    with pytest.raises(UndigestibleError, match=r"sanction-list\[2\]"):
        assemble({(2, b"k"): b'{"type":"alert"}'}, [2])


def test_the_csv_speaks_both_languages() -> None:
    one = entry(1, "listed")
    chinese, english = (csv_of([one], which).splitlines() for which in (True, False))
    assert chinese[0].startswith("统一社会信用代码,名称,级别")
    assert english[0].startswith("uscc,name,level")
    assert chinese[1].split(",")[:3] == [one.uscc, one.name, "严重失信主体"]
    assert english[1].split(",")[2:4] == ["listed", "2026-08-20"]
