"""The standard at the command line: read, check, compare, try on the facts of a real broker; a company explained."""

import json
import subprocess
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from liancheng import codec
from liancheng.joint_list.standard_judge import current_judge
from liancheng.records import topics
from liancheng.records.entries import ListDay
from liancheng.records.facts import NewDay
from liancheng.settings import Settings
from liancheng.standard import CURRENT, current
from liancheng.standard.citations import parse
from tests.command import liancheng, the_error
from tests.unit.lives import FIRST, USCC, Penalty, entries_of, snapshots, told
from tests.unit.makers import uscc
from transport import admin
from transport.clients import producer

RAW = files("liancheng.standard").joinpath("v2026_1.toml").read_text("utf-8")
DRAFT = RAW.replace('version = "2026.1"', 'version = "draft"').replace("max_months = 12", "max_months = 3")
WIDE = {"COLUMNS": "1000"}  # no line wraps
DAY = "2026-12-31"  # three months after FIRST are over, twelve are not
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.toml"
    path.write_text(DRAFT, "utf-8")
    return path


def facts_of(code: str, *documents: dict[str, object]) -> list[Penalty]:
    told_of = enumerate(documents, start=1)
    return [p for n, details in told_of for p in snapshots(f"d{n}", [told("decision", FIRST, uscc=code, **details)])]


@pytest.fixture(scope="module")
def run(fresh_cluster: Settings) -> Run:
    """Four companies: a candidate, one with an old and a new fine, one with an old fine, one whose document left."""
    admin.ensure_shared_topics(fresh_cluster)
    old, act = {"decision_day": date(2025, 3, 5)}, {"basis": parse("固废法112(1)(4)").citations}
    facts = {
        USCC: facts_of(USCC, act),
        uscc(2): facts_of(uscc(2), {}, old),
        uscc(3): facts_of(uscc(3), old),
        uscc(4): snapshots("d9", [told("decision", FIRST, uscc=uscc(4)), told("away", FIRST)]),
    }
    client = producer(fresh_cluster)
    for code, penalties in facts.items():
        for penalty in (*penalties, penalties[0]):  # the old snapshot once more: it changes nothing
            client.produce(topics.PENALTIES.name, codec.encode(penalty), code)
    client.produce(topics.PENALTIES.name, b"{", uscc(5))
    for partition in range(topics.PENALTIES.partitions):
        client.produce(topics.PENALTIES.name, codec.encode(NewDay(day=FIRST)), topics.NEW_DAY_KEY, partition)
        day = ListDay(day=FIRST)
        client.produce(topics.SANCTION_LIST.name, codec.encode(day), topics.NEW_DAY_KEY, partition)
    entry = entries_of(facts[USCC], judge=current_judge())[-1]
    client.produce(topics.SANCTION_LIST.name, codec.encode(entry), USCC)
    assert client.flush(20) == 0
    return lambda *words: liancheng(
        *map(str, words), env={"LIANCHENG_BOOTSTRAP_SERVERS": fresh_cluster.bootstrap_servers}
    )


def objects(done: "subprocess.CompletedProcess[str]") -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_whom_a_draft_would_move(run: Run, draft: Path) -> None:
    *shifts, summary = objects(run("standard", "preview", draft, "--day", DAY, "--json"))
    found = {shift["uscc"]: (shift["level_before"], shift["level_after"], shift["rules"]) for shift in shifts}
    assert found == {USCC: ("candidate", "clear", ["ndrc-36.period.general"])}
    assert (summary["subjects"], summary["documents"], summary["moved"], summary["unreadable"]) == (4, 5, 1, 1)

    text = " ".join(run("standard", "preview", draft, "--day", DAY).stdout.split())
    for part in (
        "2026.1 → draft on 2026-12-31: 1 of 4 companies with 5 documents would move",
        "1 records are no facts",
        "ndrc-36.period.general",
        "active 2027-09-01 → expired_unperformed 2026-12-01",
    ):
        assert part in text
    assert "… and 1 more" in run("standard", "preview", draft, "--day", DAY, "--limit", 0).stdout
    (only,) = objects(run("standard", "preview", draft, "--day", DAY, "--limit", 0, "--json"))
    assert only["type"] == "preview"


@pytest.mark.parametrize("day", [DAY, "2026-08-31"])
def test_the_version_in_force_moves_nobody(run: Run, day: str) -> None:
    (summary,) = objects(run("standard", "preview", CURRENT, "--day", day, "--json"))
    assert (summary["moved"], summary["subjects"]) == (0, 4 if day == DAY else 0)


def test_a_company_is_explained(run: Run) -> None:
    chinese, english = run("list", "explain", USCC), run("list", "explain", USCC, "--lang", "en")
    assert "认定情形 7: 计入:所引条文本身即可证明" in chinese.stdout
    assert "entry act 7: counts: a cited article proves it" in english.stdout
    assert english.stdout.endswith(f"complete up to {FIRST}\n")
    (found,) = objects(run("list", "explain", USCC, "--json", "--lang", "en"))
    assert (found["type"], found["level"], found["language"]) == ("explanation", "candidate", "en")
    assert "has no entry" in run("list", "explain", uscc(7)).stdout


# ---- without a broker


def test_a_version_is_shown_by_group_and_rule_by_rule() -> None:
    shown = liancheng("standard", "show", env=WIDE).stdout
    for rule in current().rules():
        assert f"  {rule.id}  {rule.mark}  {rule.level}" in shown
        assert rule.wording in shown and rule.source in shown
    one = liancheng("standard", "show", "--rule", "act.10", env=WIDE).stdout
    assert "The report read breaks off inside the sentence." in one
    rows = objects(liancheng("standard", "show", CURRENT, "--json"))
    assert {rule.id for rule in current().rules()} <= {row["id"] for row in rows}
    (row,) = objects(liancheng("standard", "show", "--rule", "act.10", "--json"))
    assert (row["group"], row["act"], row["mark"]) == ("acts", 10, "S")
    assert objects(liancheng("standard", "list", "--json"))[0]["version"] == CURRENT


def test_a_file_is_checked(draft: Path) -> None:
    good = liancheng("standard", "check", str(draft))
    assert good.returncode == 0
    assert f"good: {len(current().rules())} rules" in good.stdout
    wrong = DRAFT.replace("max_months = 3\n", 'max_months = "3"\n').replace('mark = "S"', 'mark = "T"', 1)
    draft.write_text(wrong, "utf-8")
    bad = liancheng("standard", "check", str(draft))
    assert (bad.returncode, bad.stdout.count("\n")) == (1, 3)
    assert "draft.toml: ndrc-36.serious.revoked.mark: found 'T', expected one of" in bad.stdout
    assert "3 wrong" in bad.stderr
    named = [row["field"] for row in objects(liancheng("standard", "check", str(draft), "--json"))]
    assert named[0] == "ndrc-2019-527.period.general.max_months"


def test_versions_are_compared(draft: Path) -> None:
    table = liancheng("standard", "diff", CURRENT, str(draft)).stdout
    assert "before (2026.1)" in table and "max_months" in table
    rows = objects(liancheng("standard", "diff", CURRENT, str(draft), "--json"))
    assert [row["id"] for row in rows] == ["version", "ndrc-2019-527.period.general", "ndrc-36.period.general"]
    assert "no difference" in liancheng("standard", "diff", CURRENT, CURRENT).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "1999.1"), "found '1999.1', expected a packaged version (2026.1) or a version's TOML file"),
        (("show", "--rule", "act.66"), "has no 'act.66', expected an id as act.6"),
        (("check", "nowhere.toml"), "No such file or directory: nowhere.toml"),
        (("diff", CURRENT, "README.md"), "README.md: the file: found invalid TOML"),
        (("preview", CURRENT, "--day", "31.12.2026"), "'31.12.2026'"),
    ],
)
def test_wrong_use_is_one_line(words: tuple[str, ...], said: str) -> None:
    assert said in the_error(liancheng("standard", *words))
