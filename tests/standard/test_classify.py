"""`standard classify` on the real decisions: nothing is guessed, and what is found is right."""

import json
from pathlib import Path

import msgspec
import pytest

from cli.standard.labels import Label, Score, measure, read
from cli.standard.printed_decisions import decisions
from liancheng.errors import WrongUseError
from liancheng.standard import current
from liancheng.standard.classification import Classification, classify
from tests.command import liancheng, the_error

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "real_decisions.jsonl"
LABELS = ROOT / "tests" / "standard" / "labels.csv"
PRINTED, UNREADABLE = decisions(SAMPLE.read_bytes(), SAMPLE.name)
FOUND = [
    classify(one.legal_basis, one.violated, one.days, current(), act_day=one.act_day, stated_acts=one.stated_acts)
    for one in PRINTED
]
SCORES = {score.act: score for score in measure(FOUND, read(LABELS, len(FOUND)))}


def score(act: int) -> tuple[int, ...]:
    """(labelled, of these with a basis, found, right, asked, asked rightly)"""
    one = SCORES[act]
    return one.labelled, one.labelled_with_basis, one.found, one.right, one.asked, one.asked_rightly


def test_all_are_read() -> None:
    assert len(PRINTED) == 65
    assert UNREADABLE == []


def test_nothing_is_guessed_of_a_decision_without_a_basis() -> None:
    silent = [one for one in FOUND if not one.basis]
    assert len(silent) == 42
    assert all(not one.found and not one.asked for one in silent)
    speaking = [printed for printed, one in zip(PRINTED, FOUND, strict=True) if one.basis]
    assert all(printed.legal_basis for printed in speaking)


def test_every_act_found_is_right() -> None:
    """`exact` articles alone find acts here, for no real decision states one: a miss would be an error of the table."""
    assert sum(one.found for one in SCORES.values()) > 0
    assert [one for one in SCORES.values() if one.found != one.right] == []
    assert {act.by for one in FOUND for act in one.found} == {"exact"}


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (2, (16, 7, 4, 4, 2, 2)),
        (3, (5, 2, 1, 1, 1, 1)),
        (6, (2, 2, 0, 0, 6, 2)),
        (4, (0, 0, 0, 0, 3, 0)),
        (5, (0, 0, 0, 0, 2, 0)),
        (7, (0, 0, 0, 0, 1, 0)),
    ],
)
def test_the_measure_that_the_docs_print(act: int, expected: tuple[int, ...]) -> None:
    assert score(act) == expected
    one = SCORES[act]
    precision, recall = (f"{one.right / n:.2f}" if n else "–" for n in (one.found, one.labelled_with_basis))
    row = f"| {act} | {' | '.join(map(str, expected[:4]))} | {precision} | {recall} | {expected[4]} | {expected[5]} |"
    assert row in (ROOT / "docs" / "standard.md").read_text("utf-8")


def test_what_a_decision_of_an_unknown_day_of_a_year_finds_holds_all_year() -> None:
    new_form = ("环境影响评价法31(1)", "环境影响评价法25")
    (known,) = (one for one in PRINTED if one.row == 34)
    assert [act.act for act in classify(*new_form, known.days, current()).found] == [2]
    both = classify("生态环境法典1095(1)", "生态环境法典107", _year(2026), current())
    assert both.found == ()  # the Code begins on 15 August
    assert [act.act for act in both.asked] == [2]
    assert classify(*new_form, (), current()) == Classification(basis=("《中华人民共和国环境影响评价法》31(1)",))


def _year(year: int):
    (row,), _ = decisions(json.dumps({"type": "decision", "document_no": f"虚环罚〔{year}〕1号"}).encode(), "one.jsonl")
    return row.days


def test_the_day_of_the_act_alone_picks_the_edition() -> None:
    line = {"type": "decision", "act_date": "2019-01-05", "legal_basis": "环境保护法61"}
    (row,), _ = decisions(json.dumps(line, ensure_ascii=False).encode(), "one.jsonl")
    assert row.decided == "act of 2019-01-05"
    assert [act.act for act in classify(row.legal_basis, None, row.days, current(), act_day=row.act_day).found] == [2]


def test_a_law_whose_text_was_not_read_is_named() -> None:
    silent = classify("《江苏省水污染防治条例》第五十条", None, _year(2024), current())
    assert not silent.found
    assert silent.problems[0].startswith("《江苏省水污染防治条例》: its text of 2024-01-01 is not in the table")


def test_a_stated_act_is_found_where_a_cited_article_can_carry_it() -> None:
    days = _year(2024)
    stated = classify("水污染防治法83(3)", None, days, current(), stated_acts=(6, 7))
    assert [(act.act, act.by, act.counts) for act in stated.found] == [
        (6, "stated", True),
        (7, "stated_unsupported", False),
    ]
    assert stated.asked == ()


def test_an_unclear_label_is_neither_right_nor_wrong() -> None:
    found = FOUND[33]  # proves act 2
    assert [act.act for act in found.found] == [2]
    (one,) = measure([found] * 3, [Label(frozenset({2}), frozenset()), Label(frozenset(), frozenset({2, 0})), LIGHT])
    assert one == Score(act=2, labelled=1, labelled_with_basis=1, found=2, right=1, asked=0, asked_rightly=0, unclear=1)


LIGHT = Label(frozenset(), frozenset())


# ---- the command


def test_the_command_for_eyes() -> None:
    done = liancheng("standard", "classify", str(SAMPLE), "--labels", str(LABELS), env={"COLUMNS": "1000"})
    assert done.returncode == 0, done.stderr
    assert "65 decisions: 23 cite a known basis, 4 prove an act by it" in done.stdout
    assert "act.2: 《企业环境信用评价办法(试行)》" in " ".join(done.stdout.split()), "long texts wrap"


def test_the_command_for_programs() -> None:
    done = liancheng("standard", "classify", str(SAMPLE), "--labels", str(LABELS), "--json")
    lines = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert [line["row"] for line in lines[:65]] == list(range(1, 66))
    assert lines[17]["classification"]["found"][0]["citation"] == "《中华人民共和国环境保护法》61"
    assert [line["act"] for line in lines[65:]] == sorted(SCORES)


def test_an_agencys_table_is_read_too() -> None:
    done = liancheng("standard", "classify", str(ROOT / "samples" / "real_decisions_yrd.csv"))
    assert done.returncode == 0, done.stderr
    assert "29 decisions" in done.stdout


def test_a_row_that_is_no_decision_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    file.write_text('{"type":"decision","legal_basis":"水污染防治法83(3)"}\n{"type":"decision","legal":"?"}\n', "utf-8")
    done = liancheng("standard", "classify", str(file))
    assert done.returncode == 2
    assert done.stderr.startswith("line 2: not classified: ")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id,acts\n1,\n", "found no column 'unclear'"),
        ("id,acts,unclear\n1,,\n", "expected one for each of the 65 decisions"),
        (
            "id,acts,unclear\n" + "".join(f"{n},15,\n" for n in range(1, 66)),
            "found '15', expected numbers from 1 to 14",
        ),
    ],
)
def test_wrong_labels_are_named(tmp_path: Path, content: str, expected: str) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(WrongUseError, match=expected):
        read(file, 65)
    assert expected in the_error(liancheng("standard", "classify", str(SAMPLE), "--labels", str(file)))
