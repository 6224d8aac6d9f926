"""The 双公示 table of 2016: its columns, the fine in its text, the states of its rows, and the persons in it."""

import pytest

from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records.events import Decision
from producers import files
from producers.columns import FIRST_EDITION
from producers.files import EventFile
from tests.unit.agency_tables import FIRST, as_csv, codes_of, first, read

CODES = (
    *("CF_WSH", "CF_CFMC", "CF_CFLB1", "CF_CFLB2", "CF_SY", "CF_YJ", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_XDR_SFZ"),
    *("CF_FR", "CF_JG", "CF_JDRQ", "CF_XZJG", "CF_ZT", "DFBM", "SJC", "BZ"),
)


def only(file: EventFile) -> Decision:
    (row,) = file.rows
    assert isinstance(row.event, Decision), row.findings
    return row.event


def test_a_row_is_read_whole() -> None:
    event = only(read(first(处罚类别2="没收违法所得")))
    assert (event.kinds, event.fine_wan) == ("罚款;没收违法所得", "13.8")
    assert (event.facts, event.content) == (FIRST["处罚事由"], FIRST["处罚结果"])
    assert (event.authority, event.decision_date) == (FIRST["处罚机关"], FIRST["处罚决定日期"])
    assert (event.name, event.document_no) == (FIRST["行政相对人名称"], FIRST["行政处罚决定书文号"])


def test_field_codes_are_headers_too() -> None:
    chinese = as_csv([FIRST]).decode()
    codes = ",".join(CODES) + chinese[chinese.index("\r\n") :]
    assert only(files.read(codes.encode(), "month.csv")) == only(read(FIRST))


def test_no_column_of_it_is_unknown() -> None:
    header = {column.header: "" for column in FIRST_EDITION}
    layout = read(FIRST | header | {"行政相对人代码_4(税务登记号)": "", "行政相对人代码/2（组织机构代码）": ""}).layout
    assert layout is not None
    assert layout.unknown == ()


def test_nothing_about_a_person_leaves() -> None:
    file = read(first())
    assert file.layout is not None
    assert set(file.layout.personal) == {"行政相对人代码_5(居民身份证号)", "法定代表人姓名"}
    assert "张虚构" not in codec.encode(only(file)).decode()


@pytest.mark.parametrize(("number", "code"), [("110105194912310021", "subject.not_legal_person"), ("", "uscc.missing")])
def test_a_row_that_may_be_about_a_person_is_not_sent(number: str, code: str) -> None:
    """The edition has no 行政相对人类别: a person is known by there being no company's code."""
    person = {"行政相对人代码_1(统一社会信用代码)": "", "行政相对人代码_5(居民身份证号)": number}
    file = read(first(**person))
    assert codes_of(file) == [[code]]
    assert file.rows[0].findings[0].found == ""


def test_what_was_read_from_a_text_is_said() -> None:
    (note,) = read(first(), first(处罚结果="罚款2万元")).notes
    assert note.startswith("2 fines are read from the text of 处罚结果")
    assert note.endswith("row 2: 罚款人民币13.8万元 is 13.8 万元")


@pytest.mark.parametrize("result", ["罚款1万元，罚款2万元", "罚款", "按规定处理"])
def test_a_fine_that_is_not_clear_refuses_its_row_and_says_what_to_add(result: str) -> None:
    file = read(first(处罚结果=result))
    assert codes_of(file) == [["fine.unclear"]]
    assert "罚款金额（万元）" in file.rows[0].findings[0].remedy


def test_a_fine_in_the_text_is_not_lost_where_the_kinds_do_not_name_it() -> None:
    assert codes_of(read(first(处罚类别1="警告", 处罚结果="罚款1万元，罚款2万元"))) == [["fine.unclear"]]
    assert only(read(first(处罚类别1="警告", 处罚结果="警告"))).fine_wan is None


def test_an_amount_in_a_column_of_its_own_comes_before_the_text() -> None:
    file = read(first(处罚结果="罚款1万元，罚款2万元") | {"罚款金额（万元）": "3"})
    assert only(file).fine_wan == "3"
    assert file.notes == ()


@pytest.mark.parametrize("state", ["", "0", "正常"])
def test_a_decision_that_stands_is_sent(state: str) -> None:
    assert only(read(first(当前状态=state)))


@pytest.mark.parametrize(("state", "code"), [("1", "state.revoked"), ("撤销", "state.revoked"), ("3", "state.unknown")])
def test_a_decision_that_was_revoked_is_not_sent_as_if_it_stood(state: str, code: str) -> None:
    file = read(first(当前状态=state))
    assert codes_of(file) == [[code]]
    assert file.label("state") == "当前状态"


def test_an_objection_is_said() -> None:
    assert any("objection" in note for note in read(first(当前状态="2")).notes)


def test_the_day_it_takes_effect_stands_in_for_a_missing_day_of_decision_and_it_is_said() -> None:
    row = {("处罚生效期" if header == "处罚决定日期" else header): cell for header, cell in FIRST.items()}
    file = read(row)
    assert only(file).decision_date == "2018/3/5"
    assert any("处罚生效期 is taken" in note for note in file.notes)
    both = read(FIRST | {"处罚生效期": "2018/4/1"})
    assert only(both).decision_date == "2018/3/5"
    assert not any("处罚生效期" in note for note in both.notes)


def test_two_columns_for_one_field_are_refused_but_for_the_two_kinds() -> None:
    with pytest.raises(WrongUseError, match="content in 2 columns"):
        read(FIRST | {"处罚内容": ""})
