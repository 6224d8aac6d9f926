"""The fine in a text: read where it can be read in one way, left alone where it cannot."""

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng.text.normalise import normalise_amount
from producers.fines import as_wan, stated_in
from tests.unit.lives import UNHURRIED

yuan = st.integers(1, 10**9)


@pytest.mark.parametrize(
    ("text", "wan"),
    [
        ("罚款人民币13.8万元", "13.8"),
        ("罚款138000元", "13.8"),
        ("罚款 138,000.00 元整", "13.8"),
        ("罚款１３．８万元", "13.8"),
        ("罚款壹拾叁万捌仟元整", "13.8"),
        ("罰款人民幣壹拾叁萬捌仟元整", "13.8"),
        ("罚款拾万元", "10"),
        ("罚款人民币伍仟圆整", "0.5"),
        ("罚款壹拾叁万捌仟元整（¥138,000.00）", "13.8"),
        ("罚款人民币138000元（大写：壹拾叁万捌仟元整）", "13.8"),
        ("罚款：￥5000.00", "0.5"),
        ("处以人民币13.8万元罚款", "13.8"),
        ("1.责令改正；2.处13.8万元的罚款。", "13.8"),
        ("没收违法所得2万元，罚款3万元", "3"),
        ("没收违法所得2万元罚款3万元", "3"),
        ("罚款3万元；没收违法所得人民币1,234.56元", "3"),
        ("罚款三万元整。逾期不缴纳的，每日按罚款数额的3%加处罚款。", "3"),
    ],
)
def test_one_fine_is_read(text: str, wan: str) -> None:
    assert stated_in(text).wan == wan


@pytest.mark.parametrize(
    "text",
    [
        "警告",
        "罚款",
        "罚款138000",  # no unit
        "罚款13万8千元",
        "罚款5千元",
        "罚款壹万元陆角",
        "罚款一万三元",  # 13,000 or 10,003
        "罚款贰拾万伍佰元",  # without its 零
        "罚款1,00元",
        "罚款1万元，罚款2万元",
        "罚款1万元，罚款1万元",
        "罚款5万元、3万元，合计8万元",
        "罚款5、3万元",
        "处以1万元罚款2万元",
        "处二万元以上二十万元以下罚款",
        "罚款1万元以上",
        "罚款1万元整以上",
        "处20万余元罚款",
        "每日罚款1万元",
        "罚款1万元，按日连续处罚30日",
        "分别罚款1万元",
        "不予罚款1万元",
        "拟罚款1万元",
        "变更为罚款1万元",
        "对法定代表人张虚构罚款1万元",
        "对公司罚款10万元，对直接负责的主管人员罚款1万元",
        "罚款壹拾叁万捌仟元整（¥130,000.00）",
        "罚款壹拾叁万捌仟元整（130000）",
        "罚款3万元，没收违法所得5万元、非法财物价值2万元",
        "货值金额5万元，罚款3万元",
    ],
)
def test_what_may_mean_something_else_is_left_alone(text: str) -> None:
    assert stated_in(text).wan is None


@UNHURRIED
@given(amount=yuan, fen=st.integers(0, 99))
def test_digits_are_read_to_the_fen(amount: int, fen: int) -> None:
    printed = stated_in(f"罚款人民币{amount:,}.{fen:02}元").wan
    assert printed is not None
    assert normalise_amount(printed, "fine_wan") == (amount * 100 + fen, None)


@UNHURRIED
@given(amount=yuan, form=st.sampled_from(["up", "low"]))
def test_chinese_numerals_are_read_as_they_are_written(amount: int, form: str) -> None:
    printed = stated_in(f"罚款人民币{cn2an.an2cn(amount, form)}元整").wan
    assert printed == as_wan(Decimal(amount))


marks = st.sampled_from("罚款处以没收人民币万元整角分大写壹贰拾佰仟零一二十0123.,，。；（）¥ ")


@UNHURRIED
@given(text=st.text(marks, max_size=30))
def test_no_text_makes_it_fail(text: str) -> None:
    stated = stated_in(text)
    assert stated.wan is None or (Decimal(stated.wan) >= 0 and "罚款" in stated.said)
