"""A bank at the command line: register, watch, alerts, list; wrong use, Ctrl-C and closed pipes."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from liancheng import codec
from liancheng.records import topics
from liancheng.records.entries import ListDay
from liancheng.settings import Settings
from tests.bank_material import alert, entry, uscc
from tests.command import LIANCHENG
from transport import admin
from transport.clients import producer

Run = Callable[..., subprocess.CompletedProcess[str]]

_banks = (f"shop-{number}" for number in count(1))


@pytest.fixture(scope="module")
def cluster(fresh_cluster: Settings) -> Settings:
    admin.ensure_shared_topics(fresh_cluster)
    return fresh_cluster


@pytest.fixture
def bank(cluster: Settings) -> str:
    id_ = next(_banks)
    admin.add_bank_topic(cluster, id_)
    return id_


@pytest.fixture(scope="module")
def run(cluster: Settings) -> Run:
    def run(*words: object, text: str = "") -> subprocess.CompletedProcess[str]:
        command = [*LIANCHENG, *map(str, words)]
        return subprocess.run(
            command, env=surroundings(cluster), input=text, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def surroundings(cluster: Settings) -> dict[str, str]:
    return os.environ | {"LIANCHENG_BOOTSTRAP_SERVERS": cluster.bootstrap_servers, "PYTHONUTF8": "1"}


Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def started(cluster: Settings) -> Iterator[Started]:
    """Starts a command that goes on by itself. What a failed test leaves of it is killed."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: object) -> "subprocess.Popen[str]":
        command, pipe = [*LIANCHENG, *map(str, words)], subprocess.PIPE
        running.append(subprocess.Popen(command, env=surroundings(cluster), stdout=pipe, stderr=pipe, text=True))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def send(cluster: Settings, bank: str, numbers: Iterable[int]) -> None:
    client = producer(cluster)
    for number in numbers:
        made = alert(number, bank)
        client.produce(topics.BANK_ALERTS.named(bank), codec.encode(made), made.uscc, 0)
    assert client.flush(20) == 0


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    found = json.loads(done.stdout.splitlines()[-1])
    return {what: found[what] for what in ("added", "changed", "removed", "unchanged", "refused")}


def counts(added: int = 0, changed: int = 0, removed: int = 0, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    return {"added": added, "changed": changed, "removed": removed, "unchanged": unchanged, "refused": refused}


def test_a_bank_is_registered_once(run: Run) -> None:
    first, again, renamed = (
        run("bank", "add", "bank-new", *more) for more in (["--name", "虚构示例银行"], [], ["--name", "虚构新名银行"])
    )
    assert (first.returncode, again.returncode, renamed.returncode) == (0, 0, 0)
    assert "registered; its alerts: alerts.bank-new" in first.stdout
    assert "nothing changed" in again.stdout
    known = [json.loads(line) for line in run("bank", "list", "--json").stdout.splitlines()]
    assert [(bank["id"], bank["name"], len(bank["keys"])) for bank in known] == [("bank-new", "虚构新名银行", 1)]
    assert "虚构新名银行" in run("bank", "list").stdout


@pytest.mark.parametrize("id_", ["Bank", "bank.a", "b", "-ab", "银行", "a" * 33, "bank_a"])
def test_an_id_that_cannot_be_a_topic_is_refused(run: Run, id_: str) -> None:
    done = run("bank", "add", "--", id_)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"found the bank id {id_!r}, expected 2 to 32" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_life_of_a_book(run: Run, bank: str, tmp_path: Path) -> None:
    file = tmp_path / "book.csv"
    rows = [f"{uscc(n)},K-{n},borrower\n" for n in range(50)]
    header = "uscc,customer_ref,role\n"
    file.write_text(header + "".join(rows), "utf-8")
    words = ("watch", file, "--bank", bank, "--json")
    assert summary(run(*words, "--dry-run")) == counts(added=50)
    assert summary(run(*words)) == counts(added=50)
    assert summary(run(*words)) == counts(unchanged=50)
    assert "nothing changed" in run("watch", file, "--bank", bank).stdout

    file.write_text(header + f"{uscc(0)},K-0,guarantor\n" + "".join(rows[1:40]) + f"{uscc(99)},K-99,\n", "utf-8")
    assert summary(run(*words, "--replace")) == counts(added=1, changed=1, removed=10, unchanged=39)
    assert summary(run(*words, "--replace")) == counts(unchanged=41)
    assert summary(run(*words, "--remove")) == counts(removed=41)
    assert summary(run(*words, "--remove")) == counts(unchanged=41)


def test_refused_rows_are_named_the_others_go_on_and_nothing_is_removed(run: Run, bank: str, tmp_path: Path) -> None:
    header = "统一社会信用代码,客户编号,角色\n"
    run("watch", "-", "--bank", bank, text=header + f"{uscc(1)},K-1,借款人\n")
    refused = tmp_path / "refused.csv"
    text = header + f"{uscc(2)},K-2,担保人\n91X,K-3,\n"
    done = run("watch", "-", "--bank", bank, "--replace", "--refused-to", refused, text=text)
    assert done.returncode == 2
    assert "line 3: uscc: found '91X', expected 18 characters" in done.stderr
    assert "nothing was removed" in done.stderr
    assert "1 added, 0 changed, 0 removed, 0 unchanged, 1 refused" in done.stdout
    mended = refused.read_text("utf-8-sig").replace("91X", uscc(3), 1)
    again = run("watch", "-", "--bank", bank, "--json", text=mended)
    assert (again.returncode, summary(again)) == (0, counts(added=1))


def test_alerts_resume_where_they_stopped_and_print_the_models_of_the_topic(
    run: Run, cluster: Settings, bank: str
) -> None:
    send(cluster, bank, range(1, 6))
    first = run("alerts", "--bank", bank, "--json", "--limit", 2)
    rest = run("alerts", "--bank", bank, "--json")
    assert [json.loads(line)["number"] for line in first.stdout.splitlines()] == [1, 2]
    assert [json.loads(line)["number"] for line in rest.stdout.splitlines()] == [3, 4, 5]
    assert run("alerts", "--bank", bank).stdout == ""
    text = run("alerts", "--bank", bank, "--from", 4, "--limit", 1, "--reader", "eyes").stdout
    for part in (
        "     4  20",
        "listed",
        "虚构示例化工有限公司",
        uscc(4),
        "penalised → listed",
        "K-17 (guarantor)",
        " ms",
    ):
        assert part in text
    assert "虚构市生态环境局 虚环罚〔2026〕2号 serious act 1" in text  # the document that caused it, not the first one


def test_a_missing_number_is_one_line(run: Run, cluster: Settings, bank: str) -> None:
    send(cluster, bank, [1, 2, 4])
    done = run("alerts", "--bank", bank, "--json")
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)
    assert done.stderr.startswith(f"liancheng: error: {bank}: alert 3 is missing")
    assert done.stderr.count("\n") == 1


def test_ctrl_c_ends_following_and_keeps_the_place(run: Run, cluster: Settings, bank: str, started: Started) -> None:
    send(cluster, bank, [1, 2])
    following = started("alerts", "--bank", bank, "--follow", "--json")
    assert following.stdout
    assert following.stderr
    assert json.loads(next(following.stdout))["number"] == 1
    assert json.loads(next(following.stdout))["number"] == 2
    send(cluster, bank, [3])
    assert json.loads(next(following.stdout))["number"] == 3
    following.send_signal(signal.SIGINT)
    assert (following.wait(20), following.stderr.read()) == (130, "")
    send(cluster, bank, [4])
    resumed = [json.loads(line)["number"] for line in run("alerts", "--bank", bank, "--json").stdout.splitlines()]
    assert resumed in ([4], [3, 4])  # Ctrl-C may fall between printing 3 and remembering it


def test_a_closed_pipe_is_quiet_and_skips_nothing(run: Run, cluster: Settings, bank: str, started: Started) -> None:
    send(cluster, bank, range(1, 1001))
    reading = started("alerts", "--bank", bank, "--json")
    assert reading.stdout
    assert reading.stderr
    assert json.loads(next(reading.stdout))["number"] == 1
    reading.stdout.close()
    assert reading.wait(20) != 0
    assert reading.stderr.read() == ""
    resumed = json.loads(run("alerts", "--bank", bank, "--json", "--limit", 1).stdout)["number"]
    assert 1 < resumed < 1000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("alerts", "--bank", "nobody"), "unknown bank 'nobody'"),
        (("watch", "book.csv", "--bank", "nobody"), "No such file or directory: book.csv"),
        (("watch", "-", "--bank", "nobody"), "the file is empty"),
        (("watch", "-", "--bank", "nobody", "--remove", "--replace"), "expected one of them"),
        (("alerts",), "--bank"),
        (("list", "show", "91X"), "uscc: found '91X', expected 18 characters"),
    ],
)
def test_wrong_use_is_one_line(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.startswith("liancheng: error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("bank", "list"), ("alerts", "--bank", "a1"), ("list", "digest"), ("webhook", "list")]
)
def test_no_broker_is_one_line(words: tuple[str, ...]) -> None:
    env = os.environ | {"LIANCHENG_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    done = subprocess.run([*LIANCHENG, *words], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "no Kafka broker answers at 127.0.0.1:1" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_list_as_a_bank_sees_it(run: Run, cluster: Settings, tmp_path: Path) -> None:
    client = producer(cluster)
    entries = [entry(n, level) for n, level in ((1, "penalised"), (2, "candidate"), (3, "clear"), (4, "penalised"))]
    for one in (*entries, entry(4, "listed", sequence=2)):
        client.produce(topics.SANCTION_LIST.name, codec.encode(one), one.uscc)
    for partition in range(topics.SANCTION_LIST.partitions):
        day = ListDay(day=date(2026, 8, 25))
        client.produce(topics.SANCTION_LIST.name, codec.encode(day), topics.NEW_DAY_KEY, partition)
    client.flush(10)

    shown = run("list", "show", uscc(4))
    for part in (
        "listed 严重失信主体",
        "虚环罚〔2026〕1号",
        "general 一般",
        "12,345.00 元",
        "complete up to 2026-08-25",
    ):
        assert part in shown.stdout
    assert run("list", "show", uscc(4), "--json").stdout.encode() == codec.encode(entry(4, "listed", 2)) + b"\n"
    unknown = run("list", "show", uscc(5), "--json")
    assert (unknown.returncode, json.loads(unknown.stdout)) == (
        0,
        {"uscc": uscc(5), "level": "clear", "known": False},
    )
    assert "has no entry" in run("list", "show", uscc(5)).stdout

    exported = tmp_path / "list.csv"
    assert run("list", "export", "--output", exported).returncode == 0
    assert exported.read_bytes().startswith(b"\xef\xbb\xbf" + "统一社会信用代码".encode())
    rows = exported.read_text("utf-8-sig").splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == [uscc(1), uscc(2), uscc(4)]
    picked = run("list", "export", "--level", "clear", "--level", "listed", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["uscc"] for line in picked] == [uscc(3), uscc(4)]

    before = json.loads(run("list", "digest", "--json").stdout)
    assert before["levels"] == {"clear": 1, "penalised": 1, "candidate": 1, "listed": 1}
    client.produce(topics.SANCTION_LIST.name, codec.encode(entries[0]), entries[0].uscc)
    client.flush(10)
    assert json.loads(run("list", "digest", "--json").stdout) == before
    client.produce(topics.SANCTION_LIST.name, codec.encode(entry(1, "listed", 2)), uscc(1))
    client.flush(10)
    assert json.loads(run("list", "digest", "--json").stdout)["digest"] != before["digest"]
