"""The unit of joint_list: days and versions of the standard, in one go or a part at a time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liancheng import codec
from liancheng.errors import UnavailableError
from liancheng.joint_list.schedule import Schedule
from liancheng.joint_list.standard_judge import current_schedule
from liancheng.records import topics
from liancheng.records.facts import Document, NewDay, StandardAdopted
from stream_apps import joint_list
from stream_apps.joint_list import Subjects
from stream_apps.stage import Output, Record
from tests.unit.lives import FIRST, JUDGE, LAST, USCC, ShortPeriods, lives, snapshots, told

NOW = datetime(2026, 9, 1, tzinfo=UTC)
LONG = ShortPeriods(version="test.2", days=20, by_rule=True)
JUDGES = {"test.1": JUDGE, "test.2": LONG}
SCHEDULE = Schedule(JUDGES.__getitem__, "test.1")


def record(key: bytes, value: object, offset: int) -> Record:
    return Record(topics.PENALTIES.name, 0, offset, 0, key, codec.encode(value))


def day(value: date) -> tuple[bytes, object]:
    return topics.NEW_DAY_KEY, NewDay(day=value)


def adopted(version: str, from_day: date) -> tuple[bytes, object]:
    return topics.STANDARD_KEY, StandardAdopted(version=version, from_day=from_day)


def restored(out: list[Output]) -> Subjects:
    """What another worker holds that reads the table."""
    unit = Subjects(SCHEDULE)
    for output in out:
        unit.restore(output.topic, output.key, output.value)
    return unit


def run(values: list[tuple[bytes, object]], crash_every: int = 0) -> tuple[list[Output], Subjects]:
    """All that the partition writes; with `crash_every`, each so many transactions the worker is another one."""
    unit, out, transactions = Subjects(SCHEDULE), [], 0
    for offset, (key, value) in enumerate(values):
        one = record(key, value, offset)
        more = True
        while more:
            more = unit.begins_batch(one) and unit.has_long_work(one)
            batch: list[Output] = []
            if more:
                unit.prepare(one, batch)
            else:
                unit.fold(one, NOW, batch)
            unit.commit()
            out += batch
            transactions += 1
            if crash_every and transactions % crash_every == 0:
                unit = restored(out)
    return out, unit


def subjects(count: int) -> Iterator[tuple[bytes, Document]]:
    for number in range(count):
        uscc = f"{number:018}"
        for penalty in snapshots(
            f"d{number}", [told("decision", FIRST, uscc=uscc, stated_acts=(3,) if number % 3 else ())]
        ):
            assert isinstance(penalty, Document)
            yield uscc.encode(), penalty


@pytest.mark.parametrize("step", [1, 7, 2000])
@pytest.mark.parametrize("crash_every", [0, 1, 5])
def test_long_work_in_parts_writes_the_same_bytes_whatever_dies_in_between(
    step: int, crash_every: int, monkeypatch: pytest.MonkeyPatch
):
    values = [
        day(FIRST),
        *subjects(20),
        adopted("test.2", FIRST + timedelta(4)),
        day(FIRST + timedelta(3)),
        day(FIRST + timedelta(6)),
        day(LAST),
    ]
    expected, _ = run(values)
    monkeypatch.setattr(joint_list, "STEP", step)
    found, unit = run(values, crash_every)
    assert found == expected
    assert unit.day == LAST and unit.judge is LONG


@pytest.mark.parametrize("step", [1, 7, 2000])
@pytest.mark.parametrize("crash_every", [0, 1, 5])
def test_versions_that_come_and_go_between_two_days_are_each_worked_off(
    step: int, crash_every: int, monkeypatch: pytest.MonkeyPatch
):
    """Everything was down for a while: one day record passes two changes of version, and publications that end."""
    values = [
        day(FIRST),
        *subjects(20),
        adopted("test.2", FIRST + timedelta(4)),
        adopted("test.1", FIRST + timedelta(7)),
        day(FIRST + timedelta(9)),
        adopted("test.2", FIRST + timedelta(9)),
        adopted("test.1", FIRST + timedelta(40)),
        day(LAST),
    ]
    expected, _ = run(values)
    monkeypatch.setattr(joint_list, "STEP", step)
    found, unit = run(values, crash_every)
    assert found == expected
    assert unit.day == LAST and unit.judge is JUDGE
    standards = [standard for key, standard in versions(found) if key == f"{0:018}".encode()]
    assert [version for version, _ in groupby(standards)] == ["test.1", "test.2", "test.1", "test.2", "test.1"]


def versions(out: list[Output]) -> list[tuple[bytes, str]]:
    decoded = [(o.key, codec.decoder(joint_list.ListRecord).decode(o.value or b"")) for o in out]
    return [(key, entry.standard) for key, entry in decoded if key != topics.NEW_DAY_KEY]


def levels(out: list[Output]) -> dict[bytes, tuple[str, str]]:
    decoded = {o.key: codec.decoder(joint_list.ListRecord).decode(o.value or b"") for o in out}
    return {key: (e.level, e.standard) for key, e in decoded.items() if key != topics.NEW_DAY_KEY}


def test_a_version_is_in_force_from_its_day_and_judges_everybody_anew():
    values = [day(FIRST), *subjects(3), adopted("test.2", FIRST + timedelta(2)), day(FIRST + timedelta(1))]
    out, _ = run(values)
    assert set(levels(out).values()) == {("penalised", "test.1"), ("candidate", "test.1")}
    out, _ = run([*values, day(FIRST + timedelta(2))])
    assert set(levels(out).values()) == {("penalised", "test.2"), ("listed", "test.2")}
    entry = codec.decoder(joint_list.ListRecord).decode(
        next(o.value for o in reversed(out) if o.key == f"{0:018}".encode()) or b""
    )
    assert entry.day == FIRST + timedelta(2)


def test_of_two_adoptions_for_one_day_the_later_counts_and_one_for_today_at_once():
    out, _ = run([day(FIRST), *subjects(3), adopted("test.2", FIRST)])
    assert {standard for _, standard in levels(out).values()} == {"test.2"}
    out, _ = run([day(FIRST), *subjects(3), adopted("test.2", FIRST), adopted("test.1", FIRST)])
    assert {standard for _, standard in levels(out).values()} == {"test.1"}


def test_the_same_adoption_twice_changes_nothing():
    once, _ = run([day(FIRST), *subjects(3), adopted("test.2", FIRST)])
    twice, _ = run([day(FIRST), *subjects(3), adopted("test.2", FIRST), adopted("test.2", FIRST)])
    assert once == twice


def test_a_worker_that_restores_knows_each_adoption_once():
    adoptions = [adopted("test.2", FIRST), adopted("test.1", FIRST + timedelta(5))]
    out, unit = run([day(FIRST), *adoptions, day(FIRST + timedelta(1)), day(FIRST + timedelta(2))])
    assert restored(out).schedule == unit.schedule


def test_a_version_that_is_not_packaged_stops_the_stage_instead_of_being_passed_over():
    unit = Subjects(current_schedule())
    with pytest.raises(UnavailableError, match=r"no version .test\.9. is packaged"):
        unit.fold(record(*adopted("test.9", FIRST), 0), NOW, [])
    assert unit.schedule == current_schedule()


@settings(deadline=None, max_examples=40)
@given(lives(), st.integers(0, 60), st.lists(st.integers(0, 80), max_size=4), st.integers(1, 3), st.booleans())
def test_a_worker_that_restores_goes_on_as_if_nothing_had_been(life, from_day, days, crash_every, early):  # type: ignore[no-untyped-def]
    turns = [number for number, document in enumerate(life.documents) for _ in document]
    heard = [(USCC.encode(), penalty) for penalty in life.in_order(turns)]
    adoption = [adopted("test.2", FIRST + timedelta(from_day))]
    passed = [day(FIRST + timedelta(number)) for number in sorted(days)]
    values = [*(adoption if early else []), *heard, *([] if early else adoption), *passed, day(LAST)]
    assert run(values, crash_every)[0] == run(values)[0]


def test_rolled_back_work_leaves_nothing_behind():
    unit = Subjects(SCHEDULE)
    out: list[Output] = []
    for offset, (key, value) in enumerate([*subjects(3), day(FIRST), adopted("test.2", FIRST)]):
        unit.fold(record(key, value, offset), NOW, out)
    unit.rollback()
    assert (unit.day, unit.judge, len(unit.store)) == (date.min, JUDGE, 0)
