"""Excel workbooks: which sheet and header are read, what becomes of cells, and workbooks of refused rows."""

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from file_formats import tables
from file_formats.workbook_process import text_of
from liancheng.errors import WrongUseError
from liancheng.records.events import Decision
from liancheng.text.normalise import normalise_amount
from producers import files
from producers.columns import KIND
from producers.files import EventFile
from producers.refused import workbook
from tests.unit.agency_tables import SECOND, codes_of, sheets
from tests.unit.lives import UNHURRIED
from tests.unit.makers import uscc

HEADER, ROW = list(SECOND), list(SECOND.values())
NUMBER = int("91310000" + "1234567890")


def book(*rows: list[object], header: list[str] = HEADER) -> EventFile:
    return files.read(sheets(明细=[header, *rows]), "month.xlsx")


def row(**changed: object) -> list[object]:
    return list((SECOND | changed).values())


def only(file: EventFile) -> Decision:
    (one,) = file.rows
    assert isinstance(one.event, Decision), one.findings
    return one.event


def test_typed_cells_read_as_their_texts() -> None:
    typed = only(book(row(**{"罚款金额（万元）": 13.8, "处罚决定日期": date(2024, 3, 5)})))
    assert typed == only(book(row()))
    assert only(book(row(处罚决定日期=datetime(2024, 3, 5)))) == typed  # noqa: DTZ001
    assert only(book(row(行政处罚决定书文号=2120190062))).document_no == "2120190062"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (13.8, "13.8"),
        (0.1 + 0.2, "0.3"),
        (5.0, "5"),
        (0.000001, "0.000001"),
        (20240305.0, "20240305"),
        (202412000012.0, "202412000012"),
        (9.13100001234568e17, "9.13100001234568E+17"),
        (date(2024, 3, 5), "2024-03-05"),
        (True, "TRUE"),
        ("013", "013"),
    ],
)
def test_a_cell_is_the_text_that_is_seen(cell: object, text: str) -> None:
    assert text_of(cell) == text


@UNHURRIED
@given(fen=st.integers(0, 10**12))
def test_an_amount_is_exact_to_the_fen(fen: int) -> None:
    assert normalise_amount(text_of(float(Decimal(fen) / 1_000_000)), "fine_wan") == (fen, None)


def test_a_code_that_excel_turned_into_a_number_is_refused_in_words() -> None:
    file = book(row(统一社会信用代码=NUMBER), row(行政处罚决定书文号=float(NUMBER)))
    assert codes_of(file) == [["uscc.number"], ["document_no.number"]]
    assert "Excel turned it into a number" in file.rows[0].findings[0].expected


def test_the_first_sheet_with_the_header_is_read_and_the_others_named() -> None:
    raw = sheets(说明=[["填报说明"], ["一、…"]], 三月=[HEADER, ROW], 空=[], 四月=[HEADER, ROW, ROW])
    file = files.read(raw, "month.xlsx")
    assert len(file.rows) == 1
    assert file.notes == (
        "the sheet 三月 is read; without a table, and skipped: 说明, 空",
        "warning: the sheet 三月 is read; NOT read, though there is a table: 四月: "
        "save each as a workbook of its own and send it too",
    )


def test_a_hidden_sheet_is_not_read() -> None:
    raw = io.BytesIO(sheets(旧=[HEADER, ROW, ROW], 明细=[HEADER, ROW]))
    hidden = openpyxl.load_workbook(raw)
    hidden["旧"].sheet_state = "hidden"
    out = io.BytesIO()
    hidden.save(out)
    file = files.read(out.getvalue(), "month.xlsx")
    assert (len(file.rows), file.notes) == (1, ())


def test_titles_above_the_header_and_headers_among_the_rows_are_skipped_and_said() -> None:
    codes = ["CF_XDR_MC", "CF_XDR_SHXYM", "CF_WSH", "CF_CFLB", "CF_NR_FK", "CF_JDRQ", "CF_CFJG"]
    raw = sheets(明细=[["公示表（2024年3月）"], [], [None, "单位：万元"], HEADER, codes, ROW, [], HEADER, ROW])
    file = files.read(raw, "month.xlsx")
    assert [one.line for one in file.rows] == [6, 9]
    assert all(one.event for one in file.rows)
    assert file.notes == ("the header is in row 4; 2 above it skipped", "2 rows that repeat the header skipped")


def test_rows_are_known_by_their_numbers_in_the_sheet() -> None:
    """Also where the table does not begin in the first row and column."""
    shifted = [[None, None, *row] for row in (HEADER, ROW, ROW)]
    file = files.read(sheets(明细=[[], [], shifted[0], [], *shifted[1:]]), "month.xlsx")
    assert [one.line for one in file.rows] == [5, 6]
    assert [one.event.reference for one in file.rows if one.event] == ["row 5", "row 6"]


def test_a_header_may_be_broken_over_lines() -> None:
    header = ["行政相对人\n名称", *HEADER[1:4], "罚款金额\n（万元）", *HEADER[5:]]
    assert only(book(row(), header=header)) == only(book(row()))


def test_columns_beyond_the_table_and_empty_rows_do_not_count() -> None:
    assert only(book([*row(), None, None], [None] * 40)) == only(book(row()))
    assert only(book([*row(), "", "备忘"])) == only(book(row()))
    assert codes_of(book(["合计 12 件"])) == [["row.one_cell"]]


def test_an_old_workbook_is_read_too() -> None:
    """Written by another program; its table is of the first edition, with a title and a sheet before it."""
    file = files.read((Path(__file__).parents[1] / "data" / "first_edition.xls").read_bytes(), "month.xls")
    events = [one.event for one in file.rows]
    assert all(isinstance(event, Decision) for event in events)
    assert [event.fine_wan for event in events if isinstance(event, Decision)] == ["13.8", "10"]
    assert [event.decision_date for event in events if isinstance(event, Decision)] == ["2024-03-05"] * 2


def far_away() -> bytes:
    """A cell in the last row and column of all: as a full table it would be 17 billion cells."""
    made = openpyxl.Workbook()
    made.active.append(HEADER)
    made.active["XFD1048576"] = "x"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (sheets(甲=[], 乙=[]), "no visible sheet with anything on it"),
        (sheets(甲=[["说明"], ["没有表"]]), "found the columns 说明, expected 行政相对人名称 CF_XDR_MC"),
        (sheets(甲=[HEADER]), "found no rows"),
        (far_away(), "cannot be read (it is too large)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked by a password"),
        (sheets(甲=[HEADER, ROW])[:1500] + b"xl/workbook", "cannot be read"),
        (sheets(甲=[[*HEADER[:4], "罚款金额（千元）", *HEADER[5:]], ROW]), "expected amounts in 万元 or 元"),
    ],
)
def test_a_workbook_without_a_table_is_named_for_what_it_is(raw: bytes, expected: str) -> None:
    with pytest.raises(WrongUseError) as raised:
        files.read(raw, "month.xlsx")
    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)


@settings(max_examples=20, deadline=None)  # each starts a process
@given(rows=st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=3), min_size=1, max_size=3))
def test_what_is_written_is_text_and_is_read_as_it_was(rows: list[list[str]]) -> None:
    kept = [[cell.translate(_NOT_KEPT) for cell in one] for one in [["=1+1", "013"], *rows]]
    table = tables.read(workbook(kept), "refused.xlsx", KIND)
    assert isinstance(table, tables.Table)
    found = [*table.above, table.header, *table.rows]
    expected = [[cell.strip() for cell in one] for one in kept if any(cell.strip() for cell in one)]
    assert [[cell.strip() for cell in one.cells if cell.strip()] for one in found] == [
        [cell for cell in one if cell] for one in expected
    ]


_NOT_KEPT = {**dict.fromkeys(range(32)), 0xFFFE: None, 0xFFFF: None, ord("_"): None}


def test_the_code_of_a_company_stays_text_in_a_workbook() -> None:
    assert only(files.read(workbook([HEADER, ROW]), "refused.xlsx")).uscc == uscc()
