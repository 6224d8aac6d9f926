"""The refused rows: written as CSV, workbook or JSON lines, and sent again as they are or mended."""

import csv
import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liancheng.errors import WrongUseError
from liancheng.records.events import Event
from liancheng.records.facts import Finding
from producers import files, refused
from producers.columns import REASONS
from producers.files import EventFile
from tests.unit.agency_tables import FIRST, SECOND, first, read, second, sheets
from tests.unit.test_files import HEADERS, cells, table, without_reference

NAMES = ("refused.csv", "refused.xlsx")
WHY = Finding(field="uscc", code="uscc.missing", found="", expected="the code", remedy="add it")


def send_again(file: EventFile, name: str) -> EventFile:
    rows = [(row, row.findings or (WHY,)) for row in file.rows]
    return files.read(refused.render(file, rows, name), name)


def events(file: EventFile) -> list[Event | None]:
    return [without_reference(row.event) for row in file.rows]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "file",
    [
        read(second(), second(行政处罚决定书文号="沪虚环罚〔2024〕13号")),
        read(first(), first(处罚结果="罚款1万元，罚款2万元"), first(当前状态="1")),
        files.read(sheets(明细=[["标题"], list(SECOND), list(SECOND.values())]), "month.xlsx"),
        files.read(sheets(明细=[list(FIRST), list(FIRST.values())]), "month.xlsx"),
    ],
)
def test_rows_can_be_sent_again_as_they_are(file: EventFile, name: str) -> None:
    once = send_again(file, name)
    assert events(once) == events(file)
    assert [row.findings for row in once.rows] == [row.findings for row in file.rows]
    assert once.layout is not None
    assert once.layout.unknown == ()
    twice = send_again(once, name)
    assert (events(twice), twice.layout) == (events(once), once.layout)


rows = st.lists(cells, min_size=1, max_size=3)


@settings(max_examples=20, deadline=None)  # each starts a process
@given(rows=rows)
def test_a_workbook_keeps_every_cell_that_a_csv_keeps(rows: list[dict[str, str]]) -> None:
    header = [HEADERS[field][0] for field in HEADERS]
    wanted = [[row[field].translate(_NOT_IN_XML) for field in HEADERS] for row in rows]
    file = files.read(table(header, wanted).encode(), "month.csv")
    assert events(send_again(file, "refused.xlsx")) == events(send_again(file, "refused.csv")) == events(file)


_NOT_IN_XML = {0xFFFE: None, 0xFFFF: None, ord("_"): None}  # Excel writes what XML cannot hold as _x0000_


@pytest.mark.parametrize("name", NAMES)
def test_a_row_of_the_first_edition_has_a_column_for_the_amount_to_be_filled_in(name: str) -> None:
    file = read(first(处罚结果="罚款1万元，罚款2万元"))
    raw = refused.render(file, [(row, row.findings) for row in file.rows], name)
    header, cells = written(raw, name)
    assert header[-3:] == ["罚款金额（万元）", *REASONS]
    assert cells[-3] == ""
    assert cells[-1].startswith("罚款金额（万元）: found '1万元、2万元', expected one fine, as 罚款13.8万元, in")
    mended = files.read(as_book([header, [*cells[:-3], "3", *cells[-2:]]]), "mended.xlsx")
    assert [getattr(row.event, "fine_wan", None) for row in mended.rows] == ["3"]


def written(raw: bytes, name: str) -> list[list[str]]:
    if name.endswith(".csv"):
        return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(raw)).worksheets
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def as_book(rows: list[list[str]]) -> bytes:
    return sheets(拒收=rows)


def test_a_number_without_its_digits_does_not_become_a_code_on_the_way_back() -> None:
    """Of 18 digits Excel keeps 15; written out with zeros, every 31st such code would hold, another company's."""
    broken = list((SECOND | {"统一社会信用代码": 913100001234567890}).values())
    file = files.read(sheets(明细=[list(SECOND), broken]), "month.xlsx")
    for name in NAMES:
        (row,) = send_again(file, name).rows
        assert [finding.code for finding in row.findings] == ["uscc.number"]


@pytest.mark.parametrize(
    ("file", "name", "expected"),
    [
        (read(SECOND), "refused.xls", "name it .csv or .xlsx"),
        (files.read(b'{"type":"decision"}', "month.jsonl"), "refused.xlsx", "name it .jsonl"),
    ],
)
def test_a_name_that_cannot_be_written_is_refused(file: EventFile, name: str, expected: str) -> None:
    with pytest.raises(WrongUseError, match=expected):
        refused.check_name(file, name)
