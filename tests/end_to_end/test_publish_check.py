"""`liancheng publish --check` at the command line: no broker, the same summary, the same refused rows."""

import json
import subprocess
from pathlib import Path

import pytest

from liancheng import codec
from producers import files
from tests.command import liancheng, the_error
from tests.unit.agency_tables import FIRST, SECOND, as_csv, first, second, sheets
from tests.unit.makers import decision

NO_BROKER = {"LIANCHENG_BOOTSTRAP_SERVERS": "127.0.0.1:1", "PYTHONUTF8": "1"}


def check(path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return liancheng("publish", str(path), "--province", "310000", "--check", *words, env=NO_BROKER)


def kept(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def test_a_good_file_is_exit_code_0(tmp_path: Path) -> None:
    done = check(kept(tmp_path / "month.csv", as_csv([second(), second()])))
    assert done.returncode == 0, done.stderr
    assert "only checked, nothing is published" in done.stderr
    assert "2 rows: 1 accepted, 1 duplicate, 0 stale, 0 refused" in done.stderr


def test_a_workbook_is_checked_mended_and_checked_again(tmp_path: Path) -> None:
    """From one format into each other: the refused rows of a workbook as a workbook, and as CSV."""
    rows = [list(FIRST.values()), list(first(处罚结果="罚款1万元，罚款2万元").values())]
    month = kept(tmp_path / "month.xlsx", sheets(明细=[["标题"], list(FIRST), *rows]))
    for name, said in (("refused.xlsx", "refused.xlsx, with"), ("refused.csv", "as CSV (a name that ends in .xlsx")):
        done = check(month, "--refused-to", str(tmp_path / name))
        assert done.returncode == 2, done.stderr
        assert "the header is in row 2; 1 above it skipped" in done.stderr
        assert "1 accepted, 0 duplicate, 0 stale, 1 refused" in done.stderr
        assert said in done.stderr
        again = check(tmp_path / name)
        assert (again.returncode, "1 refused" in again.stderr) == (2, True)
        assert files.read((tmp_path / name).read_bytes(), name).rows[0].findings[0].code == "fine.unclear"


def test_json_is_one_object_a_row(tmp_path: Path) -> None:
    lines = [
        codec.encode(event) for event in (decision(), decision(uscc="9134***"), decision(subject_category="自然人"))
    ]
    done = check(kept(tmp_path / "month.jsonl", b"\n".join(lines)), "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [one["type"] for one in found] == ["receipt", "receipt", "not_sent"]
    assert [one["submission"]["outcome"] for one in found[:2]] == ["accepted", "refused"]


def test_codes_for_kinds_are_read_by_the_base_that_is_named(tmp_path: Path) -> None:
    month = kept(tmp_path / "month.csv", as_csv([second(处罚类别="1")]))
    assert check(month).returncode == 2
    assert check(month, "--kinds-codes", "wonders-sjtb").returncode == 0
    codes = kept(tmp_path / "codes.csv", b"1,\xb7\xa3\xbf\xee\r\n")  # 罚款 in GB18030
    assert check(month, "--kinds-codes", str(codes)).returncode == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--kinds-codes", "nowhere"), "or one of wonders-sjtb"),
        (("--refused-to", "refused.xls"), "name it .csv or .xlsx"),
        (("--province", "999999"), "expected a code of GB/T 2260"),
    ],
)
def test_wrong_use_is_one_line(tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    assert expected in the_error(check(kept(tmp_path / "month.csv", as_csv([SECOND])), *words))
    assert not Path("refused.xls").exists()
