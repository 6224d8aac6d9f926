"""The programs of docs/banks.md do what the page says, as they stand there."""

import re
import sqlite3
from contextlib import closing
from functools import partialmethod
from pathlib import Path

import pytest

from consumers.sdk import AsyncBank, Bank
from liancheng import codec
from liancheng.records import topics
from liancheng.settings import Settings
from tests.bank_material import alert
from transport import admin
from transport.clients import producer

PAGE = Path(__file__).parents[2] / "docs" / "banks.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
PROGRAMS = [
    one for one in BLOCKS if "from consumers.sdk import" in one
]  # the receiver of webhooks runs in tests/delivery


def numbers(table: str, query: str) -> list[int]:
    with closing(sqlite3.connect(table)) as found:
        return [number for (number,) in found.execute(query)]


def test_the_programs_of_the_page(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    admin.ensure_shared_topics(settings)
    admin.add_bank_topic(settings, "bank-a")
    client = producer(settings)
    for number in range(1, 4):
        client.produce(topics.BANK_ALERTS.named("bank-a"), codec.encode(alert(number)), b"k", 0)
    assert client.flush(20) == 0
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIANCHENG_BOOTSTRAP_SERVERS", settings.bootstrap_servers)
    for kind in (Bank, AsyncBank):
        monkeypatch.setattr(kind, "run", partialmethod(kind.run, follow=False))
    assert len(PROGRAMS) == 3
    for program in PROGRAMS:
        exec(compile(program.replace("follow=True", "follow=False"), str(PAGE), "exec"), {})
    assert numbers("loans.db", "SELECT number FROM alerts") == [1, 2, 3]
    assert numbers("core.db", "SELECT number FROM told") == [1, 2, 3]
    assert capsys.readouterr().out.count("→ listed") == 3
