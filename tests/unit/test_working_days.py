"""Terms in working days, over the holidays that the State Council moved."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng.joint_list.standard_judge import current_judge
from liancheng.standard import working_days


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        ("2026-09-01", "2026-09-08"),  # a Tuesday, over one weekend
        ("2026-09-17", "2026-09-23"),  # Sunday the 20th is worked
        ("2026-09-24", "2026-10-09"),  # Mid-Autumn and National Day; Saturday the 10th, worked, is not needed
        ("2026-02-13", "2026-02-27"),  # Spring Festival: Saturday the 14th is worked, 15 to 23 are off
        ("2026-12-28", None),  # reaches into 2027, whose holidays nobody knows yet
    ],
)
def test_five_working_days(raised: str, due: str | None):
    assert working_days.after(date.fromisoformat(raised), 5) == (date.fromisoformat(due) if due else None)


@given(st.dates(date(2019, 1, 1), date(2026, 11, 30)), st.integers(1, 15))
def test_a_term_ends_on_a_working_day_and_holds_as_many_of_them(day: date, count: int):
    end = working_days.after(day, count)
    assert end and working_days.is_working(end)
    passed = (day + timedelta(n) for n in range(1, (end - day).days + 1))
    assert sum(bool(working_days.is_working(one)) for one in passed) == count


def test_each_province_has_the_term_that_was_read():
    judge, day = current_judge(), date(2026, 9, 1)
    terms = {province: judge.objection_due(province, day) for province in ("310000", "320000", "330000", "340000")}
    assert terms["310000"] and terms["310000"].rule == "objection.term.shanghai"
    assert terms["330000"] and terms["330000"].day == date(2026, 9, 8)
    assert terms["320000"] is None and terms["340000"] is None  # not read: no term is made up
    assert judge.objection_due("310000", date(2017, 9, 30)) is None  # in force since 2017-10-01
