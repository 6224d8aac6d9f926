"""An agency's clerk at the command line: a file, its receipts, the refused rows mended and sent again; wrong use."""

import csv
import io
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from threading import Timer

import msgspec
import openpyxl
import pytest

from liancheng import codec
from liancheng.records.events import Decision
from liancheng.records.facts import Receipt
from liancheng.records.topics import PENALTY_EVENTS
from liancheng.settings import Settings
from stream_apps.standardise import Standardise
from tests.command import LIANCHENG, the_error
from tests.eventually import eventually
from tests.stream.toy import running, worker
from tests.unit.agency_tables import FIRST, sheets
from tests.unit.makers import decision, uscc
from transport import admin

Run = Callable[..., subprocess.CompletedProcess[str]]
SAMPLE = Path(__file__).parents[2] / "samples" / "real_decisions_yrd.csv"
HEADER = (
    "行政相对人名称,行政相对人代码_1（统一社会信用代码）,法定代表人,行政处罚决定书文号,处罚类别,罚款金额（万元）,"
    "处罚决定日期,处罚机关"
)
PROVINCES = ("310000", "320000", "330000")
UNHEARD = "610000"  # standardise does not read it


class SomeOf(Standardise):
    inputs = tuple(map(PENALTY_EVENTS.named, PROVINCES))


@pytest.fixture(scope="module")
def cluster(fresh_cluster: Settings) -> Iterator[Settings]:
    admin.ensure_shared_topics(fresh_cluster)
    for province in PROVINCES:
        admin.add_province(fresh_cluster, province)
    with running(SomeOf(), worker(fresh_cluster)):
        yield fresh_cluster


@pytest.fixture
def run(cluster: Settings) -> Run:
    def run(*words: object, text: str | None = None, more: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command to its end; `more`: where stdout goes."""
        command = [*LIANCHENG, *map(str, words)]
        with Path(more or os.devnull).open("w") as out:
            return subprocess.run(
                command,
                env=surroundings(cluster),
                input=text,
                stdout=out if more else subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                check=False,
            )

    return run


def surroundings(cluster: Settings) -> dict[str, str]:
    return os.environ | {"LIANCHENG_BOOTSTRAP_SERVERS": cluster.bootstrap_servers, "PYTHONUTF8": "1"}


def row(number: int, kinds: str = "罚款", code: str = "") -> str:
    cells = ("虚构示例化工有限公司", code or uscc(number), "张虚构", f"沪虚环罚〔2025〕{number}号", kinds, "2.6")
    return ",".join([*cells, "2025-03-05", "虚构市生态环境局"])


def month(path: Path, *rows: str, encoding: str = "gb18030") -> Path:
    path.write_text("\r\n".join([HEADER, *rows, ""]), encoding, newline="")
    return path


def receipts(done: subprocess.CompletedProcess[str]) -> list[Receipt]:
    return [msgspec.json.decode(line, type=Receipt) for line in done.stdout.splitlines()]


def counts(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The outcomes that the summary on stderr names, but for those with none."""
    summary = next(line for line in done.stderr.splitlines() if " rows: " in line)
    named = [figure.split() for figure in summary.split(" rows: ")[1].split(", ")]
    return {words[1]: int(words[0].replace(",", "")) for words in named if words[0] != "0"}


def test_a_month_is_published_mended_and_sent_again(run: Run, tmp_path: Path) -> None:
    refused_to = tmp_path / "refused.csv"
    file = month(tmp_path / "month.csv", row(1), row(2, kinds="罚金"), row(3), row(2))
    first = run("publish", file, "--province", "310000", "--refused-to", refused_to)
    assert first.returncode == 2, first.stderr
    assert counts(first) == {"accepted": 3, "refused": 1}
    assert "about persons, not read: the columns 法定代表人" in first.stderr
    assert "处罚类别: found '罚金', expected " in first.stdout
    text = refused_to.read_text("utf-8-sig")
    header, only = csv.reader(io.StringIO(text))
    assert ",".join(header) == f"{HEADER},原行号,拒收原因"
    assert only[-2] == "3"
    refused_to.write_text(text.replace("罚金,", "罚款,"), "utf-8-sig")
    mended = run("publish", refused_to, "--province", "310000")
    assert (mended.returncode, counts(mended)) == (0, {"duplicate": 1})  # row 5 of the month had the same decision
    again = run("publish", file, "--province", "310000")
    assert (again.returncode, counts(again)) == (2, {"duplicate": 3, "refused": 1})


def test_a_workbook_is_published_and_its_refused_rows_are_one(run: Run, tmp_path: Path) -> None:
    """Of the first edition, with its typed days: the fine comes out of the text, to the fen."""
    refused_to = tmp_path / "refused.xlsx"
    clear = FIRST | {"行政处罚决定书文号": "沪虚环罚〔2018〕700号", "处罚结果": "罚款人民币壹拾叁万捌仟元整"}
    unclear = FIRST | {"行政处罚决定书文号": "沪虚环罚〔2018〕701号", "处罚结果": "罚款1万元，罚款2万元"}
    rows = [[date(2020, 3, 5) if header == "处罚决定日期" else cell for header, cell in row.items()]
            for row in (clear, unclear)]  # fmt: skip
    month = tmp_path / "month.xlsx"
    month.write_bytes(sheets(说明=[["填报说明"]], 明细=[list(FIRST), *rows]))
    done = run("publish", month, "--province", "310000", "--json", "--refused-to", refused_to)
    assert (done.returncode, counts(done)) == (2, {"accepted": 1, "refused": 1})
    assert "the sheet 明细 is read; without a table, and skipped: 说明" in done.stderr
    receipt = msgspec.json.decode(done.stdout.splitlines()[0], type=Receipt)
    assert receipt.document is not None
    assert receipt.document.decision is not None
    assert receipt.document.decision.fine_fen == 13_800_000
    assert receipt.document.decision.decision_day == date(2020, 3, 5)
    sheet = openpyxl.load_workbook(refused_to).worksheets[0]
    header, only = [[cell.value for cell in row] for row in sheet.iter_rows()]
    column = header.index("罚款金额（万元）") + 1
    assert only[header.index("原行号")] == "3"
    sheet.cell(row=2, column=column, value=3)
    sheet.parent.save(refused_to)
    mended = run("publish", refused_to, "--province", "310000")
    assert (mended.returncode, counts(mended)) == (0, {"accepted": 1})


def test_json_is_one_receipt_a_line_in_the_order_of_the_rows(run: Run, tmp_path: Path) -> None:
    file = month(tmp_path / "month.csv", *(row(number) for number in range(100, 160)))
    done = run("publish", file, "--province", "320000", "--json")
    assert done.returncode == 0, done.stderr
    assert [receipt.submission.reference for receipt in receipts(done)] == [f"row {line}" for line in range(2, 62)]
    assert counts(done) == {"accepted": 60}


def test_lines_from_stdin(run: Run) -> None:
    good = codec.encode(decision()).decode()
    person = codec.encode(decision(subject_category="自然人", name="张虚构")).decode()
    done = run("publish", "-", "--province", "330000", "--json", text="\n".join([good, "nonsense", person, good]))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [one["type"] for one in found] == ["receipt", "not_sent", "not_sent", "receipt"]
    assert found[1]["line"] == 2
    assert found[1]["findings"][0]["code"] == "event.unreadable"
    assert found[2]["findings"][0]["code"] == "subject.not_legal_person"
    assert counts(done) == {"accepted": 1, "duplicate": 1, "refused": 2}
    assert "张虚构" not in done.stdout + done.stderr


def test_the_real_sample_is_refused_row_by_row_in_words(run: Run, tmp_path: Path) -> None:
    refused_to = tmp_path / "refused.csv"
    done = run("publish", SAMPLE, "--province", "310000", "--refused-to", refused_to)
    assert (done.returncode, counts(done)) == (2, {"refused": 29})
    rows = list(csv.DictReader(io.StringIO(refused_to.read_text("utf-8-sig"))))
    assert [int(one["原行号"]) for one in rows] == list(range(2, 31))
    assert "统一社会信用代码: found '91340422MA***0D75(1-1)', expected 18 characters" in rows[3]["拒收原因"]


def test_without_waiting_it_says_what_is_on_the_topic(run: Run, tmp_path: Path) -> None:
    file = month(tmp_path / "month.csv", row(200))
    done = run("publish", file, "--province", "310000", "--no-wait")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 on the topic without a receipt (not waited for)" in done.stderr
    seen = eventually(lambda: run("receipts", "--province", "310000", "--document", "沪虚环罚[2025]200号").stdout)
    assert "  accepted   decision revision 1  row 2\n    310000/虚构市生态环境局/沪虚环罚〔2025〕200号\n" in seen


def test_receipts_are_shown_by_document_and_outcome(run: Run, tmp_path: Path) -> None:
    file = month(tmp_path / "month.csv", row(300), row(301, code="9134***"))
    run("publish", file, "--province", "320000")
    refused = receipts(run("receipts", "--province", "320000", "--refused", "--json"))
    assert [receipt.submission.reference for receipt in refused] == ["row 3"]
    one = receipts(run("receipts", "--province", "320000", "--document", "沪虚环罚（2025）300 号", "--json"))
    assert [receipt.submission.outcome for receipt in one] == ["accepted"]
    none = run("receipts", "--province", "320000", "--document", "沪虚环罚〔2025〕999号")
    assert (none.returncode, none.stdout) == (0, "")
    assert "no receipt of 沪虚环罚〔2025〕999号" in none.stderr


def test_receipts_are_followed(cluster: Settings, run: Run, tmp_path: Path) -> None:
    command = [*LIANCHENG, "receipts", "--province", "330000", "--follow", "--json"]
    run("publish", month(tmp_path / "first.csv", row(400)), "--province", "330000")
    with subprocess.Popen(command, env=surroundings(cluster), stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        too_long = Timer(60, following.kill)
        too_long.start()
        try:
            seen = [following.stdout.readline()]
            run("publish", month(tmp_path / "then.csv", row(401)), "--province", "330000")
            while "〔2025〕401号" not in seen[-1]:
                seen.append(following.stdout.readline())
                assert seen[-1], "it ended"
        finally:
            too_long.cancel()
            following.kill()


def test_nobody_answers(cluster: Settings, run: Run, tmp_path: Path) -> None:
    """The events are on the topic, so it names who should answer, and the exit code says that it is not done."""
    admin.add_province(cluster, UNHEARD)
    file = month(tmp_path / "month.csv", row(1))
    error = the_error(run("publish", file, "--province", UNHEARD, "--timeout", "0.1"))
    assert error.startswith(f"receipts.{UNHEARD}: no receipt for 0.1 s, 1 of 1 events are not answered yet")
    assert "`liancheng status`" in error


def test_a_province_is_added_once(run: Run) -> None:
    first, again = run("province", "add", "350000"), run("province", "add", "350000")
    assert "province 350000 福建 added" in first.stdout
    assert (again.returncode, "is there already" in again.stdout) == (0, True)
    listed = [json.loads(line)["code"] for line in run("province", "list", "--json").stdout.splitlines()]
    assert {"350000", *PROVINCES} <= set(listed)
    assert "found province '999999', expected a code of GB/T 2260" in the_error(run("province", "add", "999999"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("publish", "nowhere.csv", "--province", "310000"), "No such file or directory: nowhere.csv"),
        (("publish", ".", "--province", "310000"), "Is a directory: ."),
        (("publish", SAMPLE, "--province", "990000"), "`liancheng province add 990000`"),
        (("publish", "README.md", "--province", "310000"), "the headers must be in one of the first 20 rows"),
        (("publish", SAMPLE, "--province", "310000", "--refused-to", SAMPLE), "is the file itself"),
        (("publish", SAMPLE, "--province", "310000", "--refused-to", "nowhere/r.csv"), "No such file or directory"),
        (("receipts", "--province", "990000"), "`liancheng province add 990000`"),
    ],
)
def test_wrong_use_is_one_line(run: Run, words: tuple[object, ...], expected: str) -> None:
    assert expected in the_error(run(*words))


def test_no_broker_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [*LIANCHENG, "publish", month(tmp_path / "month.csv", row(1)), "--province", "310000"],
        env=os.environ | {"LIANCHENG_BOOTSTRAP_SERVERS": "127.0.0.1:1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "no Kafka broker answers at 127.0.0.1:1" in the_error(done)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("where", ["stdout", "--refused-to"])
def test_a_full_disk_is_one_line(run: Run, where: str) -> None:
    if where == "stdout":
        error = the_error(run("publish", SAMPLE, "--province", "310000", "--json", more="/dev/full"))
    else:
        done = run("publish", SAMPLE, "--province", "310000", where, "/dev/full")
        assert counts(done) == {"refused": 29}  # what was sent is said all the same
        error = the_error(done)
    assert "No space left on device" in error


def test_a_closed_pipe_is_quiet(cluster: Settings) -> None:
    command = [*LIANCHENG, "publish", str(SAMPLE), "--province", "310000", "--json"]
    with subprocess.Popen(
        command, env=surroundings(cluster), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.close()
        said = writer.stderr.read()
    assert writer.returncode == 141
    assert "Traceback" not in said
    assert "error" not in said


def test_all_fields_of_a_decision_survive_the_way(run: Run) -> None:
    sent = decision(
        facts="露天堆放", legal_basis="《水污染防治法》第八十三条第（三）项", stated_acts=[6], kinds="罚款;责令改正",
        document_no="沪虚环罚〔2024〕900号",
    )  # fmt: skip
    assert isinstance(sent, Decision)
    (receipt,) = receipts(run("publish", "-", "--province", "310000", "--json", text=codec.encode(sent).decode()))
    assert receipt.document is not None
    fact = receipt.document.decision
    assert fact is not None
    assert (fact.uscc, fact.facts, fact.stated_acts) == (sent.uscc, sent.facts, (6,))
    assert (fact.fine_fen, fact.kinds) == (13_800_000, ("fine", "correction_ordered"))
