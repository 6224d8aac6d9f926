"""Rules of the house that no linter has. Each failure names what to use instead."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = {".py", ".toml", ".xml", ".properties", ".md", ".yaml", ".yml", ".csv", ".jsonl", ".json", ""}
NOT_OURS = {"__pycache__", "build", "dist", "target"}


@dataclass(frozen=True)
class Rule:
    name: str
    where: tuple[str, ...]
    banned: re.Pattern[str]
    instead: str
    offence: str  # something it must find
    but: tuple[str, ...] = ()


RULES = (
    Rule(
        "the core reads no clock",
        ("liancheng",),
        re.compile(r"\b(?:datetime|date)\.(?:now|utcnow|today)\(|\btime\.(?:time|time_ns|monotonic)\("),
        "time is an event: take the day or `accepted_at` as an argument",
        "datetime" + ".now(tz)",
    ),
    Rule(
        "tests do not sleep",
        ("tests",),
        re.compile(r"\bsleep\("),
        "wait for what you expect with tests.eventually.eventually()",
        "time.sleep" + "(1)",
        but=("tests/eventually.py", "tests/chaos/test_kill.py"),  # the latter strikes at random moments
    ),
    Rule(
        "two files write in transactions",
        ("stream_apps", "transport", "producers", "consumers", "service", "cli", "supervision"),
        re.compile(r"\b(?:init|begin|commit|abort|send_offsets_to)_transactions?\("),
        "stream_apps.writer.Writer (a stage's batch) or transport.fenced_writer.FencedWriter (a book)",
        "producer.begin" + "_transaction()",
        but=("stream_apps/writer.py", "transport/fenced_writer.py"),
    ),
    Rule(
        "no path of one machine",
        (".",),
        re.compile(r"(?<![\w.~])/(?:home|root|work|Users)/\w"),
        "a path relative to the repository, Path.home() or pytest's tmp_path",
        "/ho" + "me/somebody",
    ),
    Rule(
        "no registry's address",
        (".",),
        re.compile(
            r"repo1?\.maven\.|repo\.maven\.apache|pypi\.org/simple|pythonhosted\.org|\bindex-url\b|<repositories>"
        ),
        "nothing: Maven and pip are set up by whoever runs them",
        "https://repo1" + ".maven.org/maven2",
        but=("tests/test_house.py",),
    ),
)


def files(where: tuple[str, ...]) -> Iterator[Path]:
    """Our text files: nothing hidden (but .ci), made, or installed."""
    for start in where:
        for path in (ROOT / start).rglob("*"):
            parts = path.relative_to(ROOT).parts
            hidden = any(part.startswith(".") and part != ".ci" for part in parts)
            made = any(part in NOT_OURS or part.endswith(".egg-info") for part in parts)
            if path.suffix in TEXT and not hidden and not made and path.is_file():
                yield path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_of_the_house(rule: Rule) -> None:
    assert rule.banned.search(rule.offence), "the rule finds nothing"
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in files(rule.where)
        if path.relative_to(ROOT).as_posix() not in rule.but
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if rule.banned.search(line)
    ]
    assert not found, f"{rule.name}; instead: {rule.instead}\n" + "\n".join(found)


def test_dependencies_point_down_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
