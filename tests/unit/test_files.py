"""An agency's file: encodings, headers, dialects, broken rows, other kinds of files, refused rows sent again."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records.events import Decision, Event
from liancheng.records.facts import Finding
from liancheng.text.normalise import normalise_amount
from producers import files, refused
from producers.columns import COLUMNS, OUR_OWN, REASONS, SECOND_EDITION, Column
from producers.door import natural_person
from producers.files import EventFile
from tests.unit.lives import UNHURRIED
from tests.unit.makers import decision, recognition, revocation, uscc

SAMPLE = Path(__file__).parents[2] / "samples" / "real_decisions_yrd.csv"
HEADERS = {
    "name": ("行政相对人名称", " 行政相对人名称 ", "*行政相对人名称", "行政相对人名称(必填)"),
    "uscc": (
        "统一社会信用代码",
        "行政相对人代码_1（统一社会信用代码）",
        "行政相对人代码_1 (统一社会信用代码)",
        "行政相对人代码－统一社会信用代码",
        "行政相对人代码_3(统一社会信用代码)",
        "行政相对人代码_1",
    ),
    "document_no": ("行政处罚决定书文号", "处罚决定书文号", "行政处罚决定书\n文号"),
    "kinds": ("处罚类别", "處罰類別"),
    "fine_wan": (
        *("罚款金额（万元）", "罚款金额(万元)", "罚款金额 （万元）", "罚款金额", "罚款金额\n（单位：万元）"),
        *("罚款金额（人民币万元）", "罚款金额万元", "罚款金额：万元"),
    ),
    "decision_date": ("处罚决定日期", "处罚决定日期（YYYY-MM-DD）"),
    "authority": ("处罚机关", "处罚机关　"),
    "facts": ("违法事实",),
}
CODES = {column.field: column.code for column in COLUMNS if column.field in HEADERS}
HEADERS_OF_PLAIN = ("name", "uscc", "document_no", "kinds", "fine_wan", "decision_date", "authority", "facts")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")

# What a cell may hold: no control characters, which no table has, and no half characters, which no encoding has.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('，,;\t"\n環罚〔〕２'), max_size=12)
kinds = st.sampled_from(["罚款", "警告;其他-其他", "没收违法所得、没收非法财物", ""])  # codes have tests of their own
cells = st.fixed_dictionaries(dict.fromkeys(HEADERS, texts) | {"document_no": st.just("虚环罚1号"), "kinds": kinds})
tables = st.lists(cells, min_size=1, max_size=4)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows([header, *rows])
    return out.getvalue()


def plain(*changed: dict[str, str], **more: str) -> str:
    """A table of good decisions, one for each of `changed`, with `more` columns."""
    row = {
        "name": "虚构示例化工有限公司",
        "uscc": uscc(),
        "document_no": "沪虚环罚〔2024〕12号",
        "kinds": "罚款",
        "fine_wan": "13.8",
        "decision_date": "2024-03-05",
        "authority": "虚构市甲区生态环境局",
        "facts": "露天堆放",
    }
    header = [*(HEADERS[field][0] for field in row), *more]
    return table(header, [[*(row | one).values(), *more.values()] for one in changed or ({},)])


def read(text: str, encoding: str = "utf-8", name: str = "month.csv") -> EventFile:
    return files.read(text.encode(encoding), name)


def error_of(raw: bytes, name: str = "month.csv") -> str:
    with pytest.raises(WrongUseError) as raised:
        files.read(raw, name)
    text = str(raised.value)
    assert "\n" not in text
    assert text.startswith(f"{name}: ")
    return text


def events(file: EventFile) -> list[Event | None]:
    return [row.event for row in file.rows]


@UNHURRIED
@given(rows=tables, delimiter=st.sampled_from(",;\t"), end=st.sampled_from(["\r\n", "\n"]), data=st.data())
def test_encoding_dialect_and_spelling_of_headers_do_not_matter(
    rows: list[dict[str, str]], delimiter: str, end: str, data: st.DataObject
) -> None:
    header = [data.draw(st.sampled_from(HEADERS[field])) for field in HEADERS]
    text = table(header, [[row[field] for field in HEADERS] for row in rows], delimiter, end)
    expected = [{field: cell.strip() or None for field, cell in row.items()} for row in rows]
    for encoding in ENCODINGS:
        found = events(read(text, encoding))
        assert [{field: getattr(event, field) for field in HEADERS} for event in found] == expected


@UNHURRIED
@given(rows=tables)
def test_field_codes_are_headers_too(rows: list[dict[str, str]]) -> None:
    chinese = table([HEADERS[field][0] for field in HEADERS], [[row[field] for field in HEADERS] for row in rows])
    codes = table([CODES[field].lower() for field in HEADERS], [[row[field] for field in HEADERS] for row in rows])
    assert events(read(codes)) == events(read(chinese))


@pytest.mark.parametrize(
    "column", [column for column in (*SECOND_EDITION, *OUR_OWN) if column.field], ids=lambda column: column.code
)
def test_every_column_that_is_used_fills_its_field(column: Column) -> None:
    assert column.field
    value = "7" if column.field in ("revision", "stated_acts") else "某值"
    header = [one.header for one in COLUMNS if one.needed or one is column]
    file = read(table(header, [[value if one == column.header else "某" for one in header]]))
    expected = {"revision": 7, "stated_acts": [7]}.get(column.field, value)
    assert getattr(file.rows[0].event, column.field) == expected
    assert file.label(column.field) == column.header


def test_the_real_sample_is_read_whole_in_every_encoding() -> None:
    text = SAMPLE.read_text("utf-8")
    found = events(read(text))
    assert len(found) == 29
    assert all(found)
    assert all(events(read(text, encoding)) == found for encoding in ENCODINGS)


def test_columns_that_are_not_read_are_named_and_those_about_persons_kept_out() -> None:
    more = {
        "序号": "1",
        "法定代表人": "张虚构",
        "法定代表人身份证号": "虚构号码",
        "行政相对人代码_5 (居民身份证号)": "虚构号码",
        "CF_FR_ZJHM": "虚构号码",
        "联系电话": "虚构号码",
        "工商注册号": "310",
    }
    file = read(plain({}, **more))
    assert file.layout is not None
    assert file.layout.unknown == ("序号",)
    assert len(file.layout.personal) == 5
    sent = codec.encode(file.rows[0].event).decode()
    assert "虚构号码" not in sent
    assert "张虚构" not in sent


def test_a_row_is_known_by_the_line_that_it_begins_on() -> None:
    text = plain({"facts": "第一行\n第二行\r\n第三行"}, {}) + "\r\n" + plain({}).split("\r\n")[1] + "\r\n"
    assert [row.line for row in read(text).rows] == [2, 5, 7]
    assert [row.event.reference for row in read(text).rows if row.event] == ["row 2", "row 5", "row 7"]


def test_a_row_with_a_stray_quote_does_not_stop_the_others() -> None:
    good = plain({}).split("\r\n")[1]
    broken = good.replace("露天堆放", '"露天堆放')
    header = plain({}).split("\r\n")[0]
    file = read("\r\n".join([header, good, broken, good, good]))
    assert [(row.line, row.event is None) for row in file.rows] == [(2, False), (3, True), (4, False), (5, False)]
    assert file.rows[1].findings[0].code == "row.broken"


def test_a_table_of_nothing_but_broken_rows_is_no_csv() -> None:
    raw = plain({}) + 'a,"b"c\r\n' * 101
    assert "line 103: " in error_of(raw.encode())


@pytest.mark.parametrize(
    ("row", "code"),
    [("a,b", "row.length"), (",".join("abcdefghijk"), "row.length"), ("合计 12 件,,,,,,,", "row.one_cell")],
)
def test_a_row_that_does_not_fit_the_header_is_refused_here(row: str, code: str) -> None:
    file = read(plain({}) + row + "\r\n")
    assert file.rows[0].event
    assert file.rows[1].event is None
    assert [finding.code for finding in file.rows[1].findings] == [code]


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [("修订号", "二", "revision.unreadable"), ("认定情形", "第六项", "stated_acts.unreadable")],
)
def test_a_number_that_is_none_refuses_its_row(header: str, value: str, code: str) -> None:
    (row,) = read(plain({}, **{header: value})).rows
    assert row.event is None
    assert [finding.code for finding in row.findings] == [code]


@pytest.mark.parametrize(
    ("header", "cell", "wan"),
    [
        ("罚款金额（元）", "138000", "13.8"),
        ("罚款金额(元)", "138,000.01", "13.800001"),
        ("罚款金额（单位：元）", "100", "0.01"),
        ("罚款金额 （人民币元）", "0", "0"),
    ],
)
def test_an_amount_in_yuan_is_turned_into_the_same_in_wan(header: str, cell: str, wan: str) -> None:
    (event,) = events(read(plain({"fine_wan": cell}).replace("罚款金额（万元）", header)))
    assert isinstance(event, Decision)
    assert event.fine_wan == wan


@UNHURRIED
@given(fen=st.integers(0, 10**14))
def test_an_amount_in_yuan_is_exact_to_the_fen(fen: int) -> None:
    yuan = f"{fen // 100}.{fen % 100:02}"
    (event,) = events(read(plain({"fine_wan": yuan}).replace("罚款金额（万元）", "罚款金额（元）")))
    assert isinstance(event, Decision)
    assert normalise_amount(str(event.fine_wan), "fine_wan") == (fen, None)


@pytest.mark.parametrize("header", ["没收金额(万元)", "没收违法所得、没收非法财物的金额(万元)", "没收金额（元）"])
def test_what_was_confiscated_has_a_unit_too(header: str) -> None:
    (event,) = events(read(plain({}, **{header: "2"})))
    assert isinstance(event, Decision)
    assert event.confiscated_wan == ("0.0002" if header.endswith("（元）") else "2")


@pytest.mark.parametrize("cell", ["13.8万", "约2000", "1" * 40])
def test_an_amount_in_yuan_that_is_no_number_is_refused(cell: str) -> None:
    (row,) = read(plain({"fine_wan": cell}).replace("罚款金额（万元）", "罚款金额（元）")).rows
    assert [finding.code for finding in row.findings] == ["amount.unreadable"]


def test_titles_above_the_header_and_headers_among_the_rows_are_skipped_and_said() -> None:
    header, row, _ = plain().split("\r\n")
    codes = ",".join(CODES.get(field, "CF_JDRQ") for field in HEADERS_OF_PLAIN)
    file = read("\r\n".join(["公示表,,,,,,,", "", header, codes, row, header, row]))
    assert [one.line for one in file.rows] == [5, 7]
    assert file.notes == ("the header is in row 3; 1 above it skipped", "2 rows that repeat the header skipped")


def test_a_code_that_excel_has_cut_is_refused_in_words() -> None:
    (row,) = read(plain({"uscc": "9.131E+17"})).rows
    assert [finding.code for finding in row.findings] == ["uscc.number"]


def test_a_persons_own_number_without_a_companys_code_does_not_leave() -> None:
    (row,) = read(plain({"uscc": ""}, CF_XDR_ZJHM="虚构号码")).rows
    assert [(finding.code, finding.found) for finding in row.findings] == [("subject.not_legal_person", "")]


def test_several_acts_are_stated_in_one_cell() -> None:
    (event,) = events(read(plain({}, 认定情形="6；7, 8")))
    assert isinstance(event, Decision)
    assert event.stated_acts == [6, 7, 8]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n", "the file is empty"),
        (plain().split("\r\n")[0].encode(), "no rows"),
        (b"PK\x03\x04....xl/workbook.xml", "cannot be read"),
        (b"PK\x03\x04....month.csv", "zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "cannot be read"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xff\xd8\xff\xe0", "image"),
        ("行政".encode("utf-16"), "UTF-16"),
        (b"<html><table>", "web page"),
        (b"\x7fELF\x00", "binary"),
        (b"[{}]", "jq -c '.[]'"),
        (b'{\n"type": "decision"}', "jq -c ."),
        ("行政相对人名称,处罚机关\na,b".encode(), "统一社会信用代码 CF_XDR_SHXYM, 行政处罚决定书文号 CF_WSH"),
        (plain().replace("罚款金额（万元）", "罚款金额（千元）").encode(), "found the column 罚款金额（千元）"),
        (plain({}, CF_WSH="虚环罚1号").encode(), "document_no in 2 columns, 行政处罚决定书文号 and CF_WSH"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(raw: bytes, expected: str) -> None:
    assert expected in error_of(raw)


def test_utf_8_with_a_broken_byte_is_not_taken_for_gb18030() -> None:
    raw = bytearray(plain({}, {}).encode())
    at = raw.rindex("露天堆放".encode())
    raw[at] = 0xFF
    assert f"byte {at} (0xFF, on line 3) is not UTF-8" in error_of(bytes(raw))
    lost = bytes(raw[:at] + raw[at + 1 :])  # GB18030 could read this one, every name another
    assert f"byte {at} (0x9C, on line 3) is not UTF-8" in error_of(lost)
    with_bom = b"\xef\xbb\xbf" + bytes(raw)
    assert f"byte {at + 3} (0xFF, on line 3) is not UTF-8" in error_of(with_bom)


def test_what_neither_encoding_has_is_named_by_its_byte() -> None:
    raw = plain().encode("gb18030") + b"\xff"
    assert f"byte {len(raw) - 1} (0xFF, on line 3) is not UTF-8 or GB18030" in error_of(raw)


def refuse(file: EventFile, rows: Sequence[int]) -> bytes:
    why = Finding(field="uscc", code="uscc.missing", found="", expected="the code", remedy="add it")
    return refused.render(file, [(file.rows[number], row_findings(file, number, why)) for number in rows])


def row_findings(file: EventFile, number: int, why: Finding) -> tuple[Finding, ...]:
    return file.rows[number].findings or (why,)


def without_reference(event: Event | None) -> Event | None:
    return event and msgspec.structs.replace(event, reference=None)


@UNHURRIED
@given(rows=tables, encoding=st.sampled_from(ENCODINGS), delimiter=st.sampled_from(",;\t"))
def test_the_refused_rows_can_be_sent_again_as_they_are(
    rows: list[dict[str, str]], encoding: str, delimiter: str
) -> None:
    text = table(
        [HEADERS[field][0] for field in HEADERS], [[row[field] for field in HEADERS] for row in rows], delimiter
    )
    file = read(text, encoding)
    once = refuse(file, range(len(file.rows)))
    again = files.read(once, "refused.csv")
    twice = refuse(again, range(len(again.rows)))
    assert once.startswith(b"\xef\xbb\xbf")
    assert list(map(without_reference, events(again))) == list(map(without_reference, events(file)))
    assert files.read(twice, "refused.csv").layout == again.layout
    assert again.layout is not None
    assert again.layout.unknown == ()


def test_the_reasons_stand_beside_the_row_in_its_senders_words() -> None:
    written = refuse(read(plain({}, {})), [1]).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(written))
    assert header[-2:] == list(REASONS)
    assert row[-2:] == ["3", "统一社会信用代码: expected the code: add it"]


def test_a_row_out_of_shape_is_kept_whole_and_refused_again_until_it_is_mended() -> None:
    file = read(plain({}) + "a,b,张虚构\r\n")
    written = refuse(file, [1])
    again = files.read(written, "refused.csv")
    assert "a,b,张虚构" in written.decode()
    assert [row.event for row in again.rows] == [None]


def test_json_lines_of_every_event_are_read() -> None:
    sent: list[Event] = [decision(), revocation(reference="R-1"), recognition()]
    text = "\n".join(codec.encode(event).decode() for event in sent) + "\n\n"
    for encoding in ENCODINGS:
        found = events(read(text, encoding, "month.jsonl"))
        assert list(map(without_reference, found)) == list(map(without_reference, sent))
        assert [event.reference for event in found if event] == ["line 1", "R-1", "line 3"]


every_event = st.one_of(*(st.builds(event) for event in get_args(Event)))


@UNHURRIED
@given(sent=st.lists(every_event, min_size=1, max_size=4))
def test_json_lines_of_any_event_there_is_are_read(sent: list[Event]) -> None:
    file = read("\n".join(codec.encode(event).decode() for event in sent), name="month.jsonl")
    assert list(map(without_reference, events(file))) == list(map(without_reference, sent))


def test_a_line_that_is_no_event_is_refused_and_the_rest_goes_on() -> None:
    good = codec.encode(decision()).decode()
    wrong = '{"type":"decision","documentno":"1号"}'
    file = read("\n".join([good, "nonsense", wrong, good]), name="month.jsonl")
    assert [row.event is None for row in file.rows] == [False, True, True, False]
    assert "documentno" in file.rows[2].findings[0].found
    again = files.read(refuse(file, [1, 2]), "refused.jsonl")
    assert [row.text for row in again.rows] == ["nonsense", wrong]
    mended = refuse(file, [1, 2]).replace(b"documentno", b"document_no").replace(b"nonsense", b"{}")
    assert [row.event is None for row in files.read(mended, "refused.jsonl").rows] == [True, False]


def test_a_line_of_endless_brackets_is_refused_too() -> None:
    endless = '{"type":"decision","_refused":"","a":' + "[" * 5000
    file = read(endless, name="month.jsonl")
    assert file.rows[0].event is None
    assert files.read(refuse(file, [0]), "refused.jsonl").rows[0].text == endless


def test_refused_objects_keep_what_they_were() -> None:
    file = read(codec.encode(decision(reference="R-7")).decode(), name="month.jsonl")
    written = refuse(file, [0])
    assert msgspec.json.decode(written)["_refused"] == "line 1: uscc: expected the code: add it"
    assert events(files.read(written, "refused.jsonl")) == events(file)


@pytest.mark.parametrize(
    "event",
    [
        decision(subject_category="自然人"),
        decision(subject_category="个体工商户"),
        decision(uscc=uscc(start="92")),
        decision(uscc="11010519491231002X", subject_category=None),
        decision(uscc="110105194912310021"),
        decision(uscc="110105491231002"),
    ],
)
def test_what_is_about_a_person_does_not_leave_and_is_not_repeated(event: Decision) -> None:
    why = natural_person(event)
    assert why is not None
    assert why.found == ""


@pytest.mark.parametrize("event", [decision(), decision(uscc=None), decision(uscc="9134***"), revocation()])
def test_what_is_about_a_company_leaves(event: Event) -> None:
    assert natural_person(event) is None
