"""Tables and long lines fit 80 columns, and nothing of them is lost."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cli.alerts.lines import text as alert_text
from cli.list.entry import print_entry
from cli.list.explanation import as_text
from cli.publish.results import Result, print_results
from cli.receipts import text as receipt_text
from cli.shared.tables import fields, hanging, table
from cli.standard.classify import classify
from cli.standard.show import show
from cli.up import print_parts
from cli.verify.commands import print_report
from cli.verify.report import Report
from liancheng import codec
from liancheng.explaining.company import at_hand, explain
from liancheng.intake.documents import fold
from liancheng.records.topics import REGISTRY
from producers import files
from supervision.state import Part
from tests.bank_material import alert
from tests.unit.makers import decision, place
from tests.unit.test_explaining import story

LABELS = Path(__file__).parents[1] / "standard" / "labels.csv"
SAMPLES = Path(__file__).parents[2] / "samples"
Capture = pytest.CaptureFixture[str]
TEXTS = st.text(st.sampled_from("ab 虚构〔〕-/."), max_size=60) | st.text(
    st.sampled_from("a虚"), min_size=81, max_size=120
)


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def bare(text: str) -> str:
    return "".join(text.split())


def fits(text: str, columns: int = 80) -> None:
    wide = [line for line in text.splitlines() if cell_len(line) > columns]
    assert not wide, "\n".join(wide)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), max_size=4))
def test_any_table_fits_and_keeps_every_cell(rows: list[tuple[str, ...]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("typer.echo", lines.append)
        patch.setenv("COLUMNS", "80")
        table(("code", "name 名称", "documents", "where"), rows)
    text = "\n".join(lines)
    fits(text)
    assert Counter(bare("".join(cell for row in rows for cell in row))) <= Counter(bare(text))


@given(st.lists(TEXTS, max_size=6), st.integers(0, 8))
def test_hanging_lines_fit_and_keep_the_order(parts: list[str], indent: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        text = hanging(parts, indent)
    fits(text)
    assert bare(text) == bare("".join(parts))


def test_a_table_that_fits_is_left_alone(capsys: Capture) -> None:
    table(("code", "name 名称"), [("310000", "上海"), ("320000", None)])
    assert capsys.readouterr().out == "code    name 名称\n310000  上海\n320000\n"


def test_long_cells_wrap_within_the_table(capsys: Capture) -> None:
    table(("times", "finding"), [(3, "处罚类别: 罚金 -> " + "expected one of these kinds " * 4), (12, "short")])
    assert capsys.readouterr().out.splitlines() == [
        "times  finding",
        "3      处罚类别: 罚金 -> expected one of these kinds expected one of these kinds",
        "       expected one of these kinds expected one of these kinds",
        "12     short",
    ]


def test_what_cannot_be_broken_goes_below_its_row(capsys: Capture) -> None:
    path = "/a/rather/long/path/of/a/home/.liancheng/logs/worker-1.log"
    table(("part", "address", "pid", "restarts", "log"), [("worker-1", "127.0.0.1:19465", 4711, 0, path)])
    assert capsys.readouterr().out.splitlines() == [
        "part      address          pid   restarts",
        "worker-1  127.0.0.1:19465  4711  0",
        f"    log: {path}",
    ]


def test_columns_says_how_wide(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    row = ("x" * 50, "y" * 50, "z" * 50)
    monkeypatch.setenv("COLUMNS", "160")
    table(("a", "b", "c"), [row])
    assert capsys.readouterr().out.splitlines()[1] == "  ".join(row)


def test_fields_wrap_beside_their_name(capsys: Capture) -> None:
    fields((("rule", "act.6"), ("note", ""), ("wording", "word " * 30)))
    text = capsys.readouterr().out
    fits(text)
    assert text.startswith("rule     act.6\nwording  word word")
    assert "\n         word" in text


def test_receipts_with_findings(capsys: Capture) -> None:
    name = "虚构(上海)示例化工新材料科技股份有限公司"
    masked = decision(uscc="91340422MA***0D75(1-1)", name=name, fine_wan="贰万陆千")
    receipt = fold(None, codec.encode(masked), place(), datetime(2026, 8, 20, tzinfo=UTC)).receipt
    assert receipt.submission.findings
    text = receipt_text(receipt)
    fits(text)
    assert receipt.key in text
    for finding in receipt.submission.findings:
        assert bare(finding.expected) in bare(text)


def test_a_published_file_with_findings(capsys: Capture) -> None:
    sample = SAMPLES / "real_decisions_yrd.csv"
    file = files.read(sample.read_bytes(), sample.name)
    print_results(file, [Result(row, "refused", row.findings) for row in file.rows], "", None, as_json=False)
    fits(capsys.readouterr().out)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_list_explain_and_list_show(language: str, capsys: Capture) -> None:
    entry = story()
    print_entry(entry)
    shown = capsys.readouterr().out
    explained = as_text(explain(entry, at_hand, language))  # type: ignore[arg-type]
    text = "\n".join(hanging([line], 4) for line in explained.splitlines())
    for wrapped in (shown, text):
        fits(wrapped)
    assert bare(text) == bare(explained)
    for case in entry.cases:
        assert case.document.document_no in shown


def test_standard_show_and_classify(capsys: Capture) -> None:
    show()
    fits(capsys.readouterr().out)
    classify(str(SAMPLES / "real_decisions.jsonl"), LABELS)
    fits(capsys.readouterr().out)


def test_status(capsys: Capture) -> None:
    logs = "/a/long/path/of/a/home/.liancheng/logs"
    parts = [
        Part(name, "starting", "127.0.0.1:19465", 4194304, "birth", 10, f"{logs}/{name}.log")
        for name in ("broker", "valkey", "worker-1", "webhooks")
    ]
    print_parts(parts)
    text = capsys.readouterr().out
    fits(text)
    assert all(part.log in text for part in parts)


def test_alerts() -> None:
    made = alert(123456, "bank-with-a-rather-long-id")
    text = alert_text(made)
    fits(text)
    assert f"{made.name} {made.uscc}" in text
    fits(alert_text(made, colour=True).replace("\x1b[31m", "").replace("\x1b[0m", ""))


def test_verify(capsys: Capture) -> None:
    report = Report()
    for topic in REGISTRY:
        report.of(topic.named("310000") if topic.name.endswith(">") else topic.name).records = 123_456_789
    print_report(report)
    text = capsys.readouterr().out
    fits(text)
    assert "penalty-events.310000" in text
