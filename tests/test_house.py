"""Rules of the house that no linter has. Each failure names what to use instead."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = {".py", ".toml", ".xml", ".properties", ".md", ".yaml", ".yml", ".csv", ".jsonl", ".json", ""}
NOT_OURS = {"__pycache__", "bad_files", "build", "dist", "target"}  # bad files are not UTF-8 on purpose


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


def linted(root: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_dependencies_point_down_only() -> None:
    done = linted(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_of_the_server_by_the_sdk_and_of_a_book_by_a_reader_are_found(tmp_path: Path) -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    for package in config["root_packages"]:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = {"consumers/sdk/number_store.py": "service.app", "consumers/reading/keys.py": "consumers.books.book"}
    for path, module in planted.items():
        with (tmp_path / path).open("a", encoding="utf-8") as file:
            file.write(f"\n\nimport {module}\n")
    report = re.sub(r"\s+", " ", linted(tmp_path).stdout)
    assert "the SDK loads no service, no web framework, no Redis BROKEN" in report
    assert "reading and books import no other room, the SDK no room that serves others BROKEN" in report
    assert "consumers.sdk.number_store -> service.app" in report
    assert "consumers.reading.keys -> consumers.books.book" in report


@pytest.mark.parametrize(("statement", "modules_max"), [("import consumers.sdk", 2), ("import consumers.sdk.bank", 26)])
def test_the_sdk_loads_neither_a_server_nor_a_client_that_is_not_used(statement: str, modules_max: int) -> None:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert not {"fastapi", "redis", "httpx", "confluent_kafka"} & set(loaded)
    own = [name for name in loaded if name.partition(".")[0] in {"consumers", "liancheng", "service", "transport"}]
    assert len(own) <= modules_max, own
