"""Days, amounts and kinds as agencies print them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng.text.kinds import KINDS, read_kinds
from liancheng.text.normalise import normalise_amount, normalise_day

TODAY = date(2026, 9, 1)


@pytest.mark.parametrize(
    "printed",
    [
        *("2024-1-5", "2024-01-05", "2024/01/05", "2024.1.5", "2024年1月5日", "2024 年 1 月 5 日", "20240105"),
        *("２０２４－１－５", "２０２４年１月５日", " 2024-01-05 ", "2024-01-05 00:00:00", "2024-01-05T00:00:00"),
    ],
)
def test_ways_to_print_a_day(printed):
    assert normalise_day(printed, "decision_date", TODAY) == (date(2024, 1, 5), None)


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("2024-02-30", "date.impossible"),
        ("20241301", "date.impossible"),
        ("2023-02-29", "date.impossible"),
        ("2026-09-02", "date.future"),
        ("2204-01-05", "date.future"),
        ("1949-09-30", "date.too_early"),
        ("1900-01-01", "date.too_early"),
        ("24-1-5", "date.unreadable"),
        ("2024-1", "date.unreadable"),
        ("2024-1/5", "date.unreadable"),
        ("05/01/2024", "date.unreadable"),
        ("45296", "date.unreadable"),
        ("二月", "date.unreadable"),
        ("2024-01-05 13:30:00", "date.unreadable"),
    ],
)
def test_days_that_are_refused(printed, code):
    day, finding = normalise_day(printed, "decision_date", TODAY)
    assert day is None
    assert finding is not None
    assert (finding.field, finding.code, finding.found) == ("decision_date", code, printed)
    assert finding.expected
    assert finding.remedy


@given(st.dates(date(1949, 10, 1), TODAY))
def test_every_day_can_be_printed(day):
    for printed in (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", day.strftime("%Y%m%d")):
        assert normalise_day(printed, "decision_date", TODAY) == (day, None)


@pytest.mark.parametrize(
    ("value", "fen"),
    [
        ("13.8", 13_800_000),
        (13.8, 13_800_000),
        (64, 64_000_000),
        ("159.206", 159_206_000),
        ("0.000001", 1),
        ("2.432", 2_432_000),
        ("1,234.5", 1_234_500_000),
        ("１，２３４．５", 1_234_500_000),
        (" 8 ", 8_000_000),
        ("8.0000000", 8_000_000),
        (1e-6, 1),
        ("0", 0),
        ("", None),
    ],
)
def test_amounts_in_ten_thousand_yuan_are_whole_fen(value, fen):
    assert normalise_amount(value, "fine_wan") == (fen, None)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("罚款13.8万元", "amount.unreadable"),
        ("13.8万", "amount.unreadable"),
        ("12,34", "amount.unreadable"),
        ("壹拾万", "amount.unreadable"),
        ("1e3", "amount.unreadable"),
        (" " * 200 + "8", "amount.unreadable"),
        ("1" * 5000, "amount.unreadable"),
        ("0.0000001", "amount.too_precise"),
        (1e-7, "amount.too_precise"),
        ("-1", "amount.negative"),
        (-0.5, "amount.negative"),
        ("100000000.1", "amount.too_large"),
        (10**400, "amount.too_large"),
    ],
)
def test_amounts_that_are_refused(value, code):
    fen, finding = normalise_amount(value, "fine_wan")
    assert fen is None
    assert finding is not None
    assert (finding.field, finding.code) == ("fine_wan", code)
    assert len(finding.found) <= 81


@given(st.integers(0, 10**14))
def test_every_fen_survives(fen):
    wan = Decimal(fen) / 1_000_000
    assert normalise_amount(format(wan, "f"), "fine_wan") == (fen, None)
    assert normalise_amount(format(wan, ",f"), "fine_wan") == (fen, None)


@pytest.mark.parametrize(
    ("printed", "kinds"),
    [
        ("警告;其他-其他", "warning other"),
        ("罚款", "fine"),
        ("罚款;责令改正", "fine correction_ordered"),
        ("责令改正，罚款", "fine correction_ordered"),
        ("警告|罚款+没收违法所得/行政拘留", "warning fine confiscation detention"),
        ("警告 罚款", "warning fine"),
        ("没收违法所得、没收非法财物", "confiscation"),
        ("没收违法所得并处罚款", "fine confiscation"),
        ("并处罚款", "fine"),
        ("通报批评", "criticism"),
        ("暂扣许可证件", "licence_suspended"),
        ("降低资质等级", "downgraded"),
        ("吊销许可证件", "licence_revoked"),
        ("吊销营业执照", "licence_revoked"),
        ("限制开展生产经营活动", "business_restricted"),
        ("责令停产停业", "production_stopped"),
        ("责令停产", "production_stopped"),
        ("责令停业、关闭", "production_stopped closed"),
        ("停业关闭", "production_stopped closed"),
        ("责令关闭", "closed"),
        ("限制从业", "employment_restricted"),
        ("责令停止建设", "correction_ordered"),
        ("其他-责令限期改正", "correction_ordered"),
        ("其他（补办手续）", "other"),
        ("罰款；沒收違法所得。", "fine confiscation"),
        ("fine;warning", "warning fine"),
        ("罚款;罚款", "fine"),
    ],
)
def test_kinds(printed, kinds):
    read = read_kinds(printed)
    assert read.kinds == tuple(kinds.split())
    assert read.findings == ()


def test_rectification_is_not_read_as_the_heavier_class():
    read = read_kinds("责令停产整治")
    assert read.kinds == ("business_restricted",)
    assert [(finding.code, finding.severity) for finding in read.findings] == [("kinds.rectification", "warning")]


@pytest.mark.parametrize(
    ("printed", "codes"),
    [
        ("", "missing"),
        (" ; ", "missing"),
        ("不予行政处罚", "no_penalty"),
        ("其他-不予行政处罚", "no_penalty"),
        ("暂扣或者吊销许可证", "ambiguous"),
        ("虚构处罚", "unknown"),
        ("没收违法所得并处拘役", "unknown"),
        ("罚款13.8万元", "unknown"),
        ("罚款;不予行政处罚;虚构处罚", "no_penalty unknown"),
    ],
)
def test_kinds_that_are_refused(printed, codes):
    findings = read_kinds(printed).findings
    assert [finding.code for finding in findings] == [f"kinds.{code}" for code in codes.split()]
    assert {finding.severity for finding in findings} == {"error"}
    assert all(finding.expected and finding.remedy for finding in findings)


def test_an_unknown_kind_is_answered_with_the_list():
    (finding,) = read_kinds("虚构处罚").findings
    for word in ("警告", "罚款", "吊销许可证件", "责令停产停业", "限制从业", "其他"):
        assert word in finding.expected


@given(st.lists(st.sampled_from(KINDS), min_size=1), st.sampled_from(";；、,，/|+ "))
def test_kinds_are_a_set_in_one_order(kinds, separator):
    read = read_kinds(separator.join(kinds))
    assert read.kinds == tuple(kind for kind in KINDS if kind in kinds)
    assert read_kinds(";".join(read.kinds)) == read
