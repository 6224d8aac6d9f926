"""`liancheng names`: a match explained, precision and recall of labelled pairs."""

import json
from pathlib import Path

import pytest

from tests.command import liancheng, the_error

PAIRS = Path(__file__).parents[1] / "data/name_pairs.csv"


def test_check_says_why() -> None:
    done = liancheng("names", "check", "虛構(上海)化工有限責任公司", "上海虚构化工有限公司苏州分公司", "--json")
    found = json.loads(done.stdout)
    assert (found["score"], found["candidate"]) == (0.88, True)
    assert [reason["code"] for reason in found["reasons"]] == ["core.same", "branch.listed", "traditional_script"]
    assert found["read_as"]["name"]["branch"] == "苏州分公司"
    seen = liancheng("names", "check", "上海虚构化工有限公司", "上海虚拟化工有限公司").stdout
    assert seen.startswith("0.30  no candidate")
    assert "another core: 虚构 / 虚拟" in seen


def test_score_of_the_labelled_pairs_is_at_least_what_is_promised() -> None:
    lines = [json.loads(line) for line in liancheng("names", "score", str(PAIRS), "--json").stdout.splitlines()]
    held = next(line for line in lines if (line["part"], line["kind"]) == ("held", "all"))
    assert held["pairs"] == 140
    assert held["precision"] >= 0.98
    assert held["recall"] >= 0.98


def test_score_names_what_was_judged_wrong() -> None:
    assert "宁波社撰化工有限公司" in liancheng("names", "score", str(PAIRS)).stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("query,listed\n虚构,示例\n", "no column 'same'"),
        ("query,listed,same\n虚构,示例,maybe\n", "line 2: same: found 'maybe', expected yes or no"),
        ("", "the file is empty"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    assert said in the_error(liancheng("names", "score", str(path)))


def test_a_file_of_one_part_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes("query,listed,same\n虚构化工厂,虚构化工厂,是\n虚构化工厂,示例化工厂,否\n".encode("gb18030"))
    line = json.loads(liancheng("names", "score", str(path), "--json").stdout.splitlines()[0])
    assert line == {
        "part": "all", "kind": "all", "pairs": 2, "same": 1, "candidates": 1, "precision": 1.0, "recall": 1.0,
    }  # fmt: skip
