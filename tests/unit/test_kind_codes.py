"""Codes in 处罚类别: translated by the base that the sender names, and by no other."""

from pathlib import Path

import pytest

from liancheng.errors import WrongUseError
from liancheng.records.events import Decision
from liancheng.text.normalise import read_kinds
from producers import kind_codes
from producers.kind_codes import KindCodes, load
from tests.unit.agency_tables import codes_of, read, second


def printed(kinds: str, codes: KindCodes) -> str | list[str] | None:
    (row,) = read(second(处罚类别=kinds), codes=codes).rows
    assert isinstance(row.event, Decision), row.findings
    return row.event.kinds


@pytest.fixture
def own(tmp_path: Path) -> KindCodes:
    path = tmp_path / "codes.csv"
    path.write_text("code,kind\r\n01,警告\r\n2,罚款\r\nA,责令停产停业\r\n", "gb18030")
    return load(str(path))


@pytest.mark.parametrize(
    ("kinds", "words"),
    [("2", "罚款"), ("02", "罚款"), ("1;a", "警告;责令停产停业"), ("2、责令改正", "罚款、责令改正"), ("罚款", "罚款")],
)
def test_codes_become_words(own: KindCodes, kinds: str, words: str) -> None:
    assert printed(kinds, own) == words


def test_an_unknown_code_is_refused_with_what_is_known(own: KindCodes) -> None:
    file = read(second(处罚类别="2;7"), codes=own)
    assert codes_of(file) == [["kinds.code"]]
    finding = file.rows[0].findings[0]
    assert finding.found == "7"
    assert "2 罚款" in finding.expected


def test_no_base_is_taken_that_was_not_named() -> None:
    """1 is 警告 in one source and 罚款 in another."""
    file = read(second(处罚类别="1"))
    assert codes_of(file) == [["kinds.code"]]
    assert "--kinds-codes" in file.rows[0].findings[0].remedy


def test_a_shipped_base_is_taken_by_its_name() -> None:
    assert printed("0;1", load("wonders-sjtb")) == "警告;罚款"


def test_every_shipped_kind_is_a_word_that_is_known_or_asked_about() -> None:
    """Its code 4 holds 暂扣 and 吊销: a row with it is refused, and its sender says which."""
    base = load("wonders-sjtb")
    asked = {code: read_kinds(kind).findings[0].code for code, kind in base.kinds.items() if read_kinds(kind).findings}
    assert asked == {"4": "kinds.ambiguous"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2", "line 2: found 2, expected a code and its kind"),
        ("罚款,2", "expected a code and its kind"),
        ("2,罚金", "line 2: found 罚金, expected one or more of 警告"),
        ("01,罚款", "line 2: found 01 for 罚款, expected 警告 as above"),
    ],
)
def test_a_file_of_codes_is_checked_line_by_line(tmp_path: Path, line: str, expected: str) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(f"1,警告\n{line}\n", "utf-8")
    with pytest.raises(WrongUseError, match=expected):
        load(str(path))


def test_a_name_that_is_neither_base_nor_file_names_those_there_are() -> None:
    with pytest.raises(WrongUseError, match="or one of wonders-sjtb"):
        load("nowhere")
    assert load(None) is kind_codes.NONE
