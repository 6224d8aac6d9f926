"""A day's file, its signed count, and the same alerts with nothing but Kafka's own tools and curl."""

import csv
import hashlib
import json
import shlex
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from consumers.reading.signatures import Signer
from liancheng import codec
from liancheng.records.alert_counts import bounds
from liancheng.settings import Settings
from supervision.worker import Worker
from tests.command import liancheng, the_error
from tests.delivery.conftest import known_client
from tests.delivery.material import AlertWriter, by_polling, by_sdk, numbers
from tests.service.serving import new_key

DAY = date(2026, 8, 20)


@pytest.fixture
def days(writer: AlertWriter) -> AlertWriter:
    """Alerts at the edges of a day in Shanghai, which begins at 16:00 UTC the day before; a day with none; one more."""
    begin, end = bounds(DAY)
    writer.put([1, 2], at_ms=begin - 1)
    writer.put([98, 99], commit=False, at_ms=begin)
    writer.put([3], at_ms=begin)
    writer.put(range(4, 10), at_ms=begin + 3_600_000)
    writer.put([10], at_ms=end - 1)
    writer.put([11], at_ms=end + 24 * 3_600_000)
    return writer


def run(settings: Settings, *words: str) -> "subprocess.CompletedProcess[str]":
    env = {"LIANCHENG_BOOTSTRAP_SERVERS": settings.bootstrap_servers, "LIANCHENG_HOME": str(settings.home)}
    return liancheng(*words, env=env)


def test_the_file_of_a_day(cluster: Settings, bank: str, days: AlertWriter, tmp_path: Path) -> None:
    jsonl, table = tmp_path / "day.jsonl", tmp_path / "day.csv"
    words = ("alerts", "digest", "--bank", bank, "--day", str(DAY))
    assert run(cluster, *words, "--format", "jsonl", "--output", str(jsonl)).returncode == 0
    assert jsonl.read_bytes().splitlines() == by_sdk(cluster, bank)[2:10]
    done = run(cluster, *words, "--output", str(table))
    assert done.stdout == f"8 alerts of 2026-08-20 written to {table}\n"
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(table.read_text("utf-8-sig").splitlines())
    assert head[:5] == ["告警编号", "告警时间", "变动", "名称", "统一社会信用代码"]
    assert [row[0] for row in rows] == [str(number) for number in range(3, 11)]
    assert rows[0][1] == "2026-08-20 00:00:00"
    assert rows[-1][1] == "2026-08-20 23:59:59"
    assert rows[0][6:9] == ["担保人", "行政处罚公示中", "严重失信主体"]
    nothing = run(cluster, "alerts", "digest", "--bank", bank, "--day", "2026-08-21")
    assert (nothing.returncode, len(nothing.stdout.splitlines())) == (0, 1)


def test_the_signed_count_of_a_day(
    cluster: Settings, bank: str, days: AlertWriter, asked: httpx.Client, tmp_path: Path
) -> None:
    counts = {day: asked.get(f"/v1/alerts/counts/{day}").raise_for_status() for day in span(DAY, -2, 3)}
    told = {day: answer.json() for day, answer in counts.items()}
    assert [one["count"] for one in told.values()] == [0, 2, 8, 0, 1]
    assert [one["before"] for one in told.values()] == [0, 0, 2, 10, 10]
    assert [(one.get("first"), one.get("last")) for one in told.values()] == [
        (None, None), (1, 2), (3, 10), (None, None), (11, 11),
    ]  # fmt: skip
    mine = b"".join(line + b"\n" for line in by_sdk(cluster, bank)[2:10])
    assert told[DAY]["sha256"] == hashlib.sha256(mine).hexdigest()
    assert asked.get(f"/v1/alerts/counts/{DAY}").content == counts[DAY].content, "the same day, the same statement"

    keys = tmp_path / "keys.json"
    keys.write_bytes(codec.encode(Signer(cluster).public_keys()))
    for day, answer in counts.items():
        file = tmp_path / f"{day}.json"
        file.write_bytes(answer.content)
        done = run(cluster, "alerts", "verify-count", str(file), "--keys", str(keys))
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("field", "value"), [("count", 7), ("before", 1), ("bank", "bank-z"), ("day", "2026-08-19"), ("sha256", "0" * 64)]
)
def test_a_count_that_was_changed_is_not_proven(
    *, field: str, value: Any, cluster: Settings, days: AlertWriter, asked: httpx.Client, tmp_path: Path
) -> None:
    keys, file = tmp_path / "keys.json", tmp_path / "count.json"
    keys.write_bytes(codec.encode(Signer(cluster).public_keys()))
    told = asked.get(f"/v1/alerts/counts/{DAY}").json()
    file.write_text(json.dumps(told | {field: value}))
    done = run(cluster, "alerts", "verify-count", str(file), "--keys", str(keys))
    assert done.returncode == 2
    assert "did not sign this statement" in done.stdout


def test_a_lost_alert_is_told_from_silence(
    cluster: Settings, bank: str, days: AlertWriter, asked: httpx.Client, tmp_path: Path
) -> None:
    keys, file, mine = tmp_path / "keys.json", tmp_path / "count.json", tmp_path / "mine.jsonl"
    keys.write_bytes(codec.encode(Signer(cluster).public_keys()))
    file.write_bytes(asked.get(f"/v1/alerts/counts/{DAY}").content)
    words = ("alerts", "verify-count", str(file), "--keys", str(keys), "--alerts", str(mine))
    lines = by_sdk(cluster, bank)[2:10]
    for kept, code, why in (
        (lines, 0, "8 are there, byte for byte"),
        (lines[1:], 2, "found 7, expected 8"),
        ([*lines[:-1], lines[0]], 2, "their digest is different"),
    ):
        mine.write_bytes(b"".join(line + b"\n" for line in kept))
        done = run(cluster, *words)
        assert (done.returncode, why in done.stdout) == (code, True), done.stdout


def test_a_day_that_is_not_over_is_not_counted(asked: httpx.Client, writer: AlertWriter) -> None:
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    answer = asked.get(f"/v1/alerts/counts/{today}")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:liancheng:problem:day-not-over")
    assert int(answer.headers["retry-after"]) > 0
    assert asked.get("/v1/alerts/counts/yesterday").status_code == 400


def test_kafkas_console_consumer_and_curl_get_the_same(
    cluster: Settings, bank: str, writer: AlertWriter, service: Worker, tmp_path: Path
) -> None:
    """Numbers and values of every channel; the console consumer gives the record's time beside it."""
    for first in range(1, 30, 3):
        writer.put(range(first, first + 2), commit=False)
        writer.put(range(first, first + 3))
    expected = by_sdk(cluster, bank, 5)
    printed = run(cluster, "alerts", "console-command", "--bank", bank, "--from", "5", "--java")
    command = [*shlex.split(printed.stdout), "--timeout-ms", "3000"]
    read = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert [with_time(line) for line in read.stdout.splitlines()] == expected, read.stderr.decode()
    assert "kafka-console-consumer.sh" in run(cluster, "alerts", "console-command", "--bank", bank).stdout
    assert "its last one is 30" in the_error(run(cluster, "alerts", "console-command", "--bank", bank, "--from", "32"))

    key = new_key(cluster, bank)
    with known_client(cluster, key) as asked:
        assert by_polling(asked, 5) == expected
    bearer = ["-sS", "-H", f"Authorization: Bearer {key}"]
    polled = subprocess.run(
        ["curl", *bearer, f"{cluster.api_url}/v1/alerts?from=5&wait=30"], capture_output=True, check=True, timeout=60
    )
    assert polled.stdout.startswith(b'{"alerts":[' + b",".join(expected) + b'],"next":31')
    streamed = subprocess.run(
        ["curl", *bearer, "-N", "--max-time", "3", f"{cluster.api_url}/v1/alerts/stream?from=5"],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    data = [line.removeprefix(b"data: ") for line in streamed.stdout.split(b"\n") if line.startswith(b"data: ")]
    assert data == expected
    assert numbers(data) == list(range(5, 31))


def with_time(line: bytes) -> bytes:
    """`CreateTime:<ms><tab><value>` as the alert that every other channel gives."""
    time_, _, value = line.partition(b"\t")
    at = datetime.fromtimestamp(int(time_.removeprefix(b"CreateTime:")) / 1000, UTC)
    return value[:-1] + b',"made_at":' + codec.encode(at) + b"}"


def span(day: date, first: int, end: int) -> list[date]:
    return [day + timedelta(days=number) for number in range(first, end)]
