"""Codes, names and document numbers: what is the same, and what is refused rather than repaired."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from liancheng.text import persons, spelling
from liancheng.text.identity import (
    PROVINCES,
    check_uscc,
    document_id,
    normalise_authority,
    normalise_document_no,
    normalise_name,
)
from tests.unit.makers import uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# As printed on published decisions, defects included; what they become, and what the receipt says.
PRINTED_NUMBERS = [
    ("台环椒罚字〔2022〕11号", None, ""),
    ("2120190062", None, "bare"),
    ("连云环行罚〔2025〕2号", None, ""),
    ("皖淮南环(寿)罚〔2025〕41号", None, ""),
    ("常环行罚〔2023〕14号", None, ""),
    ("连海环行罚〔2024〕11号", None, ""),
    ("皖宿环罚(2024)17号", "皖宿环罚〔2024〕17号", "brackets"),
    ("嘉环(善)罚〔2022〕160 号", "嘉环(善)罚〔2022〕160号", "spaces"),
    ("宁环罚[2021]13078号", "宁环罚〔2021〕13078号", "brackets"),
    ("杭富综执罚决字〔2022〕第09-0199号", None, ""),
    ("皖阜环罚〔2025〕1号", None, ""),
    ("泰环罚字[2015]31号", "泰环罚字〔2015〕31号", "brackets"),
    ("皖淮南环(谢)罚〔2025〕3号", None, ""),
    ("连环行罚〔2024〕4号", None, ""),
    ("皖淮南环(潘)罚〔2026〕5号", None, ""),
    ("阜州环法[2016]65号", "阜州环法〔2016〕65号", "brackets"),
    ("太住建罚字〔2018〕40号", None, ""),
    ("宁新区管环罚[2022]7号", "宁新区管环罚〔2022〕7号", "brackets"),
    ("皖亳环罚〔202434", "", "broken"),
    ("宁环罚[2021]02013号", "宁环罚〔2021〕02013号", "brackets"),
    ("滁﹝综﹞城罚决字﹝2021﹞第ZZ304号", "滁(综)城罚决字〔2021〕第ZZ304号", "brackets"),
    ("通01环罚﹝2025﹞2号", "通01环罚〔2025〕2号", "brackets"),
    ("丽环(青)罚[2021]4号", "丽环(青)罚〔2021〕4号", "brackets"),
    ("滁环法(2021) 14号", "滁环法〔2021〕14号", "brackets spaces"),
    ("包环罚150222〔2025〕6号", None, ""),
    ("海事罚字(2020)010500015311", "海事罚字〔2020〕010500015311", "brackets unusual"),
    ("成环罚字〔2023〕DJY026号", None, ""),
    ("昌州环罚字〔2022〕1-10号", None, ""),
    ("环罚〔202336", "", "broken"),
    ("惠市环(龙门)罚[2021]5号", "惠市环(龙门)罚〔2021〕5号", "brackets"),
    ("沁环罚字[2023]20号", "沁环罚字〔2023〕20号", "brackets"),
    ("济综执处字(2021)第282号", "济综执处字〔2021〕第282号", "brackets"),
    ("郫环罚字[2018]29号", "郫环罚字〔2018〕29号", "brackets"),
    ("津市环罚字〔2023〕132号", None, ""),
    ("铜环高罚字〔2022〕3号", None, ""),
    ("闽泉环罚〔2024〕127号", None, ""),
    ("闽莆环罚〔2026〕6号", None, ""),
    ("璧环罚〔2025〕27号", None, ""),
    ("石环罚〔2025〕4号", None, ""),
    ("铜环罚字〔2025〕15号", None, ""),
    ("湛(吴)环罚字〔2021〕18号", None, ""),
    ("珠环罚字[2025]45号", "珠环罚字〔2025〕45号", "brackets"),
    ("荣环不罚〔2026〕1号", None, ""),
    ("沈环罚〔2025〕246号", None, ""),
    ("青环罚〔2025〕3号", None, ""),
    ("环法[2006]39号", "环法〔2006〕39号", "brackets"),
    ("岳环罚决字〔2021〕136号", None, ""),
    ("成环罚字〔2023〕DJY024号", None, ""),
    ("昆生环晋罚字〔2022〕4号", None, ""),
    ("津市环罚字〔2023〕109号", None, ""),
    ("东环罚[2018]13号", "东环罚〔2018〕13号", "brackets"),
    ("临环(莒南)罚字〔2025〕003号", None, ""),
    ("万盛经开环罚〔2026〕3号", None, ""),
    ("宜市都环罚【2024】10 号", "宜市都环罚〔2024〕10号", "brackets spaces"),
    ("豫 0329 环罚决字〔2023〕2 号", "豫0329环罚决字〔2023〕2号", "spaces"),
]
MADE_UP_NUMBERS = [
    ("沪０１１５環罰（２０２４）１２號", "沪0115环罚〔2024〕12号", "brackets characters"),
    ("皖虚环（寿）罚〔2025〕41号", "皖虚环(寿)罚〔2025〕41号", ""),
    ("虚环罚〔2024〕34", "", "broken"),
    ("虚环罚2024〕34号", "", "broken"),
    ("虚环罚〔〕34号", "", "broken"),
    ("虚环罚〔2024〕号", "", "broken"),
    ("虚环罚〔2024〕***号", "", "masked"),
    ("虚环罚〔2024〕34号之一", None, "unusual"),
    ("乾虚环罚〔2024〕34号", None, ""),  # 乾 is simplified too: 乾安县
    ("虚/环罚〔2024〕34号", "虚／环罚〔2024〕34号", "characters unusual"),  # / joins the parts of an id
    ("", "", "missing"),
    (None, "", "missing"),
]


@pytest.mark.parametrize(("printed", "expected", "said"), PRINTED_NUMBERS + MADE_UP_NUMBERS)
def test_document_numbers(printed, expected, said):
    number = normalise_document_no(printed)
    assert number.text == ((printed if expected is None else expected) or None)
    assert [finding.code for finding in number.findings] == [f"document_no.{code}" for code in said.split()]
    assert {finding.severity for finding in number.findings} <= {"warning" if number.text else "error"}


def test_a_number_is_never_completed():
    for printed in ("皖亳环罚〔202434", "虚环罚〔2024〕34"):
        (finding,) = normalise_document_no(printed).findings
        assert (finding.found, finding.severity) == (printed, "error")
        assert finding.expected
        assert finding.remedy


NUMBERS = st.sampled_from([printed for printed, _, _ in PRINTED_NUMBERS + MADE_UP_NUMBERS if printed]) | st.text(
    "沪環罰字第号號〔〕﹝﹞[]【】()（）0123４５2024 　/A-*略乾"
)


@given(NUMBERS)
def test_normalising_a_number_twice_changes_nothing(printed):
    once = normalise_document_no(printed)
    if once.text is not None:
        again = normalise_document_no(once.text)
        assert again.text == once.text
        assert {finding.code for finding in again.findings} <= {"document_no.bare", "document_no.unusual"}


@given(st.text() | st.text("著乾環罰薴 苧（）ABC　\u200b\ufeff/，"))
def test_normalising_a_text_twice_changes_nothing(text):
    for normalise in (normalise_name, normalise_authority, spelling.plain, spelling.compact):
        assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (" 虛構示例環保有限公司 ", "虚构示例环保有限公司"),
        ("虚构（江苏）示例有限公司", "虚构(江苏)示例有限公司"),
        ("虚构 示例 有限公司", "虚构示例有限公司"),
        ("Fictional  Example Ltd", "Fictional Example Ltd"),
        ("乾虚示例有限公司", "乾虚示例有限公司"),
    ],
)
def test_names(printed, expected):
    assert normalise_name(printed) == expected


def test_one_number_from_two_authorities_is_two_documents():
    number = "虚环罚〔2024〕1号"
    assert document_id("310000", "虚构市甲局", number) == "310000/虚构市甲局/虚环罚〔2024〕1号"
    assert document_id("310000", "虚构市乙局", number) != document_id("310000", "虚构市甲局", number)
    assert document_id("310000", "虛構市 甲局", "虚環罰[2024]１号") == "310000/虚构市甲局/虚环罚〔2024〕1号"
    assert document_id("310000", "虚构市甲局", "虚环罚〔202434") is None


@given(st.text("甲/／乙", min_size=1), st.text("甲/／乙1号", min_size=1))
def test_the_parts_of_an_id_can_be_told_apart(authority, number):
    made = document_id("310000", authority, number)
    assert made is None or made.split("/") == [
        "310000",
        normalise_authority(authority),
        normalise_document_no(number).text,
    ]


def test_all_provinces():
    assert len(PROVINCES) == 34
    assert {"310000", "320000", "330000", "340000"} <= PROVINCES.keys()
    assert all(code.isdigit() and len(code) == 6 and code.endswith("0000") for code in PROVINCES)


@given(st.text("0123456789", min_size=8, max_size=8), st.text(ALPHABET, min_size=10, max_size=10), st.booleans())
def test_a_code_holds_where_the_library_says_so(head, tail, mended):
    code = head + tail
    if mended:
        code = code[:17] + stdnum_uscc.calc_check_digit(code[:17])
    checked, finding = check_uscc(code)
    assert (checked is None) != (finding is None)
    persons_code = finding is not None and finding.code.endswith("not_legal_person")
    assert persons_code or (checked == code) == stdnum_uscc.is_valid(code) or "XXXXXX" in code


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        (None, "missing"),
        ("  ", "missing"),
        ("91340422MA***0D75(1-1)", "masked"),
        ("(略)MA2UR3CMXY", "masked"),
        ("91310000XXXXXXXXXX", "masked"),
        (uscc() + "(1-1)", "length"),
        (uscc()[:17], "length"),
        (uscc()[:8] + " " + uscc()[8:], "length"),
        ("O" + uscc()[1:], "alphabet"),
        ("９" + uscc()[1:], "alphabet"),
        (uscc()[:2] + "A" + uscc()[3:], "alphabet"),
        (uscc()[:16] + ("2" if uscc()[16] != "2" else "3") + uscc()[17], "check_character"),
        (uscc(start="92"), "not_legal_person"),
        (uscc(start="92")[:17] + "*", "not_legal_person"),
    ],
)
def test_each_defect_of_a_code_has_its_name(printed, code):
    checked, finding = check_uscc(printed)
    assert checked is None
    assert finding is not None
    assert (finding.code, finding.severity) == (f"uscc.{code}", "error")
    assert finding.expected
    assert finding.remedy


def test_a_code_is_trimmed_and_upper_cased():
    assert check_uscc(f" {uscc().lower()} ") == (uscc(), None)


def citizen_number(body: str = "31010419900101123") -> str:
    """The number of a citizen who does not exist."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@given(st.from_regex(r"31010419[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True))
def test_a_citizens_number_is_never_repeated(body):
    number = citizen_number(body)
    assert persons.is_citizen_number(number)
    for sent in (number, number.lower(), number[:17] + "7", number[:6] + number[8:17]):
        _, finding = check_uscc(sent)
        assert finding is None or number[6:14] not in str(finding)
        assert finding is None or finding.found == ""
    _, finding = check_uscc(number)
    assert finding is None or finding.code == "subject.not_legal_person"
