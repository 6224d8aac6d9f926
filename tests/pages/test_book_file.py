"""What clerks upload, and what they download."""

import csv
import io

import openpyxl
import pytest

from consumers.view.reader import COMPANIES_MAX
from liancheng.answers.screening_answers import AskedRow, RowError, ScreenedRow, company
from service.pages.bank import book_csv
from service.pages.bank.book_file import WrongFileError, read
from tests.bank_material import entry, uscc

HEADER = ["统一社会信用代码(18位)", "企业名称", "客户编号"]
ROWS = [[uscc(1), "虚构一有限公司", "K-1"], ["", "虚构二有限公司", ""]]
ASKED = [AskedRow(uscc=uscc(1), name="虚构一有限公司", customer_ref="K-1"), AskedRow(name="虚构二有限公司")]


def as_csv(rows: list[list[str]], encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("客户")
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_every_encoding_with_a_title_above(encoding: str) -> None:
    found = read(as_csv([["某行客户", "", ""], HEADER, *ROWS], encoding), "a.csv")
    assert found.rows == ASKED and found.lines == [3, 4]
    assert found.asked == [uscc(1), "虚构二有限公司"]


def test_a_workbook_whose_table_is_on_the_second_sheet() -> None:
    found = read(as_xlsx([HEADER, *ROWS]), "a.xlsx")
    assert found.rows == ASKED and found.lines == [2, 3]


def test_a_row_with_too_many_cells_is_its_error() -> None:
    found = read(as_csv([HEADER, [uscc(1), "a", "b", "c"], *ROWS], "utf-8"), "a.csv")
    assert isinstance(found.rows[0], RowError) and found.rows[1:] == ASKED


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (b"", "wrong.file.empty"),
        (b"uscc\n", "wrong.file.no-rows"),
        (b"a,b\n1,2\n", "wrong.file.header"),
        (b"uscc\n\x00", "wrong.file.kind"),
        (b"PK\x03\x04 xl/workbook", "wrong.file.damaged"),
        (b"uscc\n" + b"x\n" * (COMPANIES_MAX + 1), "wrong.file.rows"),
    ],
)
def test_files_that_cannot_be_screened(raw: bytes, key: str) -> None:
    with pytest.raises(WrongFileError) as wrong:
        read(raw, "a.csv")
    assert wrong.value.key == key


def test_the_download_is_for_excel_and_runs_nothing() -> None:
    found = company(uscc(1), entry(1), "0" * 64, "2026.1")
    rows = [
        ScreenedRow(row=1, customer_ref="=HYPERLINK(1)", company=found),
        ScreenedRow(row=2, customer_ref="@x", error=RowError(code="bad-uscc", detail="-1")),
        ScreenedRow(row=3, matches=()),
    ]
    text = book_csv.written(rows, [2, 3, 5], [uscc(1), "+1", "虚构"])
    assert text.startswith("\ufeff行号,客户编号,")
    header, *cells = csv.reader(io.StringIO(text[1:]))
    assert [row[0] for row in cells] == ["2", "3", "5"]
    assert cells[0][header.index("级别")] == "行政处罚公示中"
    assert not [cell for row in cells for cell in row if cell.startswith(("=", "+", "-", "@"))]
