"""Names of companies: what is the same, what is alike, and why."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from liancheng.naming import CUTOFF, compare, fold, parse

ANY = st.text(max_size=40)
WORDS = [
    "上海",
    "市",
    "江苏省",
    "昆山",
    "虚构",
    "示例",
    "样",
    "第",
    "二",
    "12",
    "号",
    "化工",
    "科技",
    "(",
    ")",
    "有限公司",
    "厂",
    "集团",
    "分公司",
    "A",
]
NAMES = st.lists(st.sampled_from(WORDS), max_size=9).map("".join)


def codes(query: str, listed: str) -> set[str]:
    return {reason.code for reason in compare(query, listed).reasons}


@pytest.mark.parametrize(
    ("printed", "division", "core", "industry", "form"),
    [
        ("上海虚构化工有限公司", "上海", "虚构", "化工", "有限公司"),
        ("江苏省苏州市昆山市虚构印染厂", "江苏苏州昆山", "虚构", "印染", "厂"),
        ("虚构(上海)化工有限责任公司", "上海", "虚构", "化工", "有限公司"),
        ("虛構化工（上海）有限公司", "上海", "虚构", "化工", "有限公司"),
        ("虚构化工上海有限公司", "上海", "虚构", "化工", "有限公司"),
        ("深圳市虚构环保科技股份有限公司", "深圳", "虚构", "环保科技", "股份有限公司"),
        ("内蒙古自治区虚构煤业有限公司", "内蒙古", "虚构", "煤业", "有限公司"),
        ("上海浦东新区虚构超市有限公司", "上海浦东", "虚构", "超市", "有限公司"),
        ("佛山市顺德区虚构家电有限公司", "佛山顺德", "虚构", "家电", "有限公司"),
        ("太仓市沙溪镇虚构布厂", "太仓沙溪", "虚构布", "", "厂"),
        ("苏州示例小区物业有限公司", "苏州", "示例小区", "物业", "有限公司"),
        ("海市印染厂", "", "海市", "印染", "厂"),
        ("太湖印染有限公司", "", "太湖", "印染", "有限公司"),  # 太湖县, but there is no other word for a core
        ("上海东海化工有限公司", "上海", "东海", "化工", "有限公司"),  # 东海县 is not in Shanghai
        ("鼓楼区虚构食品有限公司", "鼓楼", "虚构", "食品", "有限公司"),
        ("和县虚构食品有限公司", "和县", "虚构", "食品", "有限公司"),
        ("和虚构食品有限公司", "", "和虚构", "食品", "有限公司"),
        ("上海", "上海", "", "", ""),
        ("化工有限公司", "", "", "化工", "有限公司"),
        ("", "", "", "", ""),
    ],
)
def test_parts(printed: str, division: str, core: str, industry: str, form: str) -> None:
    name = parse(printed)
    assert ("".join(r.word for r in name.regions), name.core, "".join(name.industry), name.form) == (
        division, core, industry, form,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "numbers", "core"),
    [
        ("虚构第二化工厂", ("2",), "虚构"),
        ("上海虚构十一厂", ("11",), "虚构"),
        ("虚构示例一二三号纸业有限公司", ("123",), "虚构示例"),
        ("虚构甲厂", ("甲",), "虚构"),
        ("虚构A化工有限公司", ("A",), "虚构"),
        ("虚构ABC化工有限公司", (), "虚构ABC"),
        ("三一重工有限公司", (), "三一"),
        ("虚构三友化工有限公司", (), "虚构三友"),
    ],
)
def test_numbers(printed: str, numbers: tuple[str, ...], core: str) -> None:
    assert (parse(printed).numbers, parse(printed).core) == (numbers, core)


@pytest.mark.parametrize(
    ("printed", "branch"),
    [
        ("上海虚构化工有限公司苏州市分公司", "苏州分公司"),
        ("上海虚构化工有限公司第二分公司", "2分公司"),
        ("虚构印染厂一分厂", "1分厂"),
        ("虚构矿业股份有限公司淮北选煤厂", "淮北选煤厂"),
        ("虚构集团有限公司", ""),
        ("虚构化工厂", ""),
    ],
)
def test_branches(printed: str, branch: str) -> None:
    assert parse(printed).branch == branch


def test_a_different_core_is_a_low_score_however_much_of_the_rest_agrees() -> None:
    assert compare("上海虚构化工有限公司", "上海虚拟化工有限公司").score < CUTOFF - 0.2
    assert compare("江苏虚构环境工程技术股份有限公司", "江苏示例环境工程技术股份有限公司").score < CUTOFF - 0.2


@pytest.mark.parametrize(
    ("query", "listed", "code"),
    [
        ("上海虛構化工有限公司", "上海虚构化工有限公司", "traditional_script"),
        ("上海虚构化工有限责任公司", "上海虚构化工有限公司", "core.same"),
        ("上海虚构化工股份有限公司", "上海虚构化工有限公司", "form.other"),
        ("上海虚构化工", "上海虚构化工有限公司", "form.missing"),
        ("虚构化工有限公司", "上海虚构化工有限公司", "region.missing"),
        ("江苏虚构化工有限公司", "苏州虚构化工有限公司", "region.within"),
        ("深圳虚构化工有限公司", "深圳市虚构化工有限公司", "region.suffix"),
        ("上诲虚构化工有限公司", "上海虚构化工有限公司", "region.misread"),
        ("上海虚构化土有限公司", "上海虚构化工有限公司", "industry.misread"),
        ("上海虚构有限公司", "上海虚构化工有限公司", "industry.missing"),
        ("上海虚构环保有限公司", "上海虚构环保科技有限公司", "industry.general"),
        ("上海虚沟化工有限公司", "上海虚构化工有限公司", "core.same_sound"),
        ("上海虑构化工有限公司", "上海虚构化工有限公司", "core.same_shape"),
        ("上海构虚化工有限公司", "上海虚构化工有限公司", "core.swapped"),
        ("上海虚构示化工有限公司", "上海虚构示例化工有限公司", "core.one_more"),
        ("上海虚构化工集团有限公司", "上海虚构化工有限公司", "group"),
        ("上海虚构化工有限公司苏州分公司", "上海虚构化工有限公司", "branch.asked"),
        ("上海虚构化工有限公司", "上海虚构化工有限公司苏州分公司", "branch.listed"),
        ("化工上海虚构有限公司", "上海虚构化工有限公司", "other_order"),
        ("上海虚构化工有限公司(原上海示例化工有限公司)", "上海示例化工有限公司", "former_in_brackets"),
    ],
)
def test_a_candidate_says_why(query: str, listed: str, code: str) -> None:
    assert code in codes(query, listed)
    assert compare(query, listed).score >= CUTOFF


@pytest.mark.parametrize(
    ("query", "listed", "code"),
    [
        ("虚构第一化工厂", "虚构第二化工厂", "number.other"),
        ("上海虚构一厂", "上海虚构二厂", "number.other"),
        ("上海虚构化工有限公司", "江苏虚构化工有限公司", "region.other"),
        ("上海虚构化工有限公司", "上海虚构餐饮有限公司", "industry.other"),
        ("虚构示例新化工有限公司", "虚构示例老化工有限公司", "core.told_apart"),
        ("虚构化工有限公司苏州分公司", "虚构化工有限公司无锡分公司", "branch.other"),
        ("上海", "上海虚构化工有限公司", "core.missing"),
    ],
)
def test_another_company_says_why(query: str, listed: str, code: str) -> None:
    assert code in codes(query, listed)
    assert compare(query, listed).score < CUTOFF


@given(ANY)
@example("ŉ(a)")
@example("ß İ")
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY | NAMES)
def test_an_exact_match_always_scores_one(text: str) -> None:
    score = compare(text, f" {text}。").score
    assert score == (1.0 if fold(text) else 0.0)


@given(ANY | NAMES, ANY | NAMES)
def test_scores_are_symmetric_and_one_only_for_the_same_text(one: str, other: str) -> None:
    there, back = compare(one, other), compare(other, one)
    assert there.score == back.score
    assert 0 <= there.score <= 1
    assert there.reasons
    assert (there.score == 1) == (fold(one) == fold(other) != "")


@given(ANY | NAMES)
def test_any_text_has_parts(text: str) -> None:
    name = parse(text)
    assert name.folded == fold(text)
    assert parse(name.folded) == name


PAIRS = list(csv.DictReader((Path(__file__).parents[1] / "data/name_pairs.csv").read_text("utf-8").splitlines()))


def test_every_name_of_the_labelled_set_is_fictional_and_labelled_once() -> None:
    assert len(PAIRS) >= 250
    assert len({(row["query"], row["listed"], row["former"]) for row in PAIRS}) == len(PAIRS)
    assert {row["part"] for row in PAIRS} == {"tune", "held", "later"}
    assert {row["same"] for row in PAIRS} == {"yes", "no"}
