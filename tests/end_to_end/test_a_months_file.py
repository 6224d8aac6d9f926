"""A file of 10,000 rows, sent twice through the command and the real stages: the second time changes nothing."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from liancheng.settings import Settings
from stream_apps.calendar import today
from tests.bank_material import uscc
from tests.chaos.workers import Worker, Workers
from tests.command import liancheng
from tests.eventually import eventually
from transport import admin

ROWS = 10_000
HEADERS = [
    "行政相对人名称",
    "行政相对人类别",
    "统一社会信用代码",
    "行政处罚决定书文号",
    "违法事实",
    "处罚依据",
    "处罚类别",
    "罚款金额（万元）",
    "处罚决定日期",
    "处罚机关",
]


@pytest.fixture
def environment(fresh_cluster: Settings) -> Iterator[dict[str, str]]:
    admin.ensure_shared_topics(fresh_cluster)
    admin.add_province(fresh_cluster, "330000")
    stages = "standardise,joint_list,alerting,dispatch,calendar"
    with Workers(Worker("month-1", stages, fresh_cluster)):
        yield {"LIANCHENG_BOOTSTRAP_SERVERS": fresh_cluster.bootstrap_servers}


def write_month(path: Path) -> None:
    day = (today() - timedelta(days=20)).strftime("%Y/%m/%d")
    basis = "《中华人民共和国大气污染防治法》第一百一十七条第一项"
    with path.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADERS)
        for n in range(ROWS):
            company = (f"虚构示例第{n % 4000}建材有限公司", "法人及非法人组织", uscc(n % 4000))
            paper = (f"虚环罚〔2026〕{n + 1}号", "物料露天堆放", basis, "罚款", "1.5", day, "虚构市生态环境局")
            rows.writerow(company + paper)


def digest(environment: dict[str, str]) -> tuple[str, str]:
    """The digest and, beside it, how many entries it covers."""
    done = liancheng("list", "digest", env=environment)
    assert done.returncode == 0, done.stderr
    value, count = done.stdout.splitlines()[0].split(maxsplit=1)
    return value, count


def test_the_second_time_all_are_duplicates_and_the_list_is_the_same(
    environment: dict[str, str], tmp_path: Path
) -> None:
    month = tmp_path / "month.csv"
    write_month(month)

    first = liancheng("publish", str(month), "--province", "330000", env=environment)
    assert first.returncode == 0, first.stderr
    assert f"{ROWS:,} rows: {ROWS:,} accepted" in (first.stdout + first.stderr).replace("10000", "10,000")
    eventually(lambda: worked_off(environment), timeout_s=60, every_s=1, what="every company has all its decisions")
    before = digest(environment)

    second = liancheng("publish", str(month), "--province", "330000", env=environment)
    assert second.returncode == 0, second.stderr
    assert f"{ROWS:,} duplicate" in (second.stdout + second.stderr).replace("10000", "10,000")
    assert digest(environment) == before


def worked_off(environment: dict[str, str]) -> bool:
    exported = liancheng("list", "export", "--format", "jsonl", env=environment).stdout
    return exported.count('"standing":"active"') == ROWS
