"""One file, one answer: every bad file gives the same rows and the same refusals at every door."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from file_formats import bank_rows
from file_formats.bank_rows import BankRow, BankStream
from file_formats.refusals import FileRefusedError
from tests import doors
from tests.bank_material import uscc
from tests.doors import DOORS, STREAMS, Answer
from tests.unit.lives import UNHURRIED

BAD_FILES = dict(doors.bad_files())
OF_PROGRAMS = {"broken-objects.jsonl"}  # an agency's objects are events, so they are refused for other reasons
WORKBOOKS = {name for name, raw in BAD_FILES.items() if raw.startswith(b"PK")}  # no stream takes one
REFUSED = {
    "damaged-header.csv": "byte 22 (0xE7, on line 1) is not UTF-8",
    "damaged-utf8.csv": "is not UTF-8: save the file again as CSV UTF-8, and check that line first",
    "damaged.xlsx": "this looks like an Excel workbook but cannot be read",
    "doubled-header.csv": "found uscc in 2 columns, 统一社会信用代码 and 社会信用代码, expected one",
    "empty.csv": "the file is empty",
    "html-as-xls.csv": "this looks like a web page or XML",
    "json-array.csv": "found a JSON array, expected one object a line",
    "mixed-gb18030-first.csv": "(on line 6) is UTF-8, but the file is GB18030",
    "mixed-utf8-first.csv": "on line 6) is not UTF-8",
    "nul-bytes.csv": "this looks like a binary file",
    "only-bom.csv": "the file is empty",
    "only-header.csv": "found no rows",
    "unknown-header.csv": "found the columns 列0, 列1, 列2",
    "utf16.csv": "this looks like text in UTF-16",
}
ROWS_REFUSED = {
    "long-row.csv": (3, "row: found '8 cells', expected 7, as the header has"),
    "open-quote-closed.csv": (3, "a quote is opened on it and closed 2 lines further down, past other rows"),
    "open-quote.csv": (3, "row: expected a row of CSV; a quote is opened and never closed"),
    "short-row.csv": (2, "row: found '6 cells', expected 7, as the header has"),
    "stray-quote.csv": (3, "text follows the closing quote of cell 3"),
}


def answers(name: str) -> dict[str, Answer]:
    return {door: doors.ask(ask, BAD_FILES[name], name) for door, ask in DOORS.items()}


def without_table(text: str) -> str:
    """The columns that a table needs are its own."""
    return text.split(", expected ", maxsplit=1)[0] if text.startswith("found the columns") else text


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_is_answered_alike_at_every_door(name: str) -> None:
    by_door = answers(name)
    if name in WORKBOOKS:
        by_door = {door: answer for door, answer in by_door.items() if door not in STREAMS}
    if name in OF_PROGRAMS:
        by_door.pop("publish")
    expected = by_door["watch"]
    for door, answer in by_door.items():
        assert answer.taken == expected.taken, door
        assert without_table(answer.file) == without_table(expected.file), door
        assert [text for _, text in answer.refused] == [text for _, text in expected.refused], door
        if door != "stream":  # which numbers rows
            assert [line for line, _ in answer.refused] == [line for line, _ in expected.refused], door
    assert (REFUSED[name] in expected.file) if name in REFUSED else not expected.file
    if name in ROWS_REFUSED:
        ((line, text),) = expected.refused
        assert line == ROWS_REFUSED[name][0]
        assert ROWS_REFUSED[name][1] in text
    elif name not in (*OF_PROGRAMS, *REFUSED):
        assert expected == Answer(tuple(uscc(number) for number in range(4)))


@pytest.mark.parametrize("name", sorted(WORKBOOKS))
def test_a_workbook_as_a_stream_is_named_for_what_it_is(name: str) -> None:
    texts = [answers(name)[door].file for door in STREAMS]
    expected = (
        "found application/vnd.openxml"
        if name.endswith(".xlsx")
        else "this looks like a zip archive or an Office document"
    )
    assert all(text.startswith(expected) for text in texts), texts


def test_the_matrix_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    table = doors.matrix()
    with capsys.disabled():
        print(f"\n{table}")  # noqa: T201
    header, *lines = table.splitlines()
    assert len(lines) == len(BAD_FILES) + 1 >= 21
    assert max(map(len, (header, *lines))) <= 100


cells = st.text(st.sampled_from('ab客户"",;\r\n\t '), max_size=8)
bodies = st.lists(st.lists(cells, min_size=1, max_size=4).map(",".join), max_size=8).map("\n".join)


def streamed(raw: bytes, cuts: list[int]) -> list[BankRow] | str:
    ends = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    stream = BankStream(("uscc",))
    try:
        rows = [row for start, end in itertools.pairwise(ends) for row in stream.take(raw[start:end])] + stream.end()
    except FileRefusedError as error:
        return error.code
    assert (stream.progress.offset, stream.progress.lines) == (len(raw), len(raw.splitlines()))
    return rows


def whole(raw: bytes) -> list[BankRow] | str:
    try:
        return bank_rows.read(raw, "book.csv", ("uscc",)).rows
    except FileRefusedError as error:
        return error.code


@UNHURRIED
@given(body=bodies, cuts=st.lists(st.integers(0, 120), max_size=5), encoding=st.sampled_from(["utf-8", "gb18030"]))
def test_a_stream_gives_the_rows_of_the_whole_file(body: str, cuts: list[int], encoding: str) -> None:
    raw = f"社会信用代码,客户编号\n{body}".encode(encoding)
    assert streamed(raw, cuts) == whole(raw)


@UNHURRIED
@given(body=bodies, at=st.integers(0, 60), end=st.integers(1, 60))
def test_a_stream_that_broke_goes_on_where_it_broke(body: str, at: int, end: int) -> None:
    raw = f"社会信用代码,客户编号\n{body}\nx,y\n".encode()
    first = BankStream(("uscc",))
    rows = first.take(raw[:at])
    second = BankStream(("uscc",), start=first.progress)
    rest = raw[first.progress.offset :]
    rows += [*second.take(rest[:end]), *second.take(rest[end:]), *second.end()]
    assert rows == whole(raw)
