"""Each channel as docs/banks.md shows it, run by a shell."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier

from liancheng.records.alert_counts import bounds
from liancheng.settings import Settings
from supervision.worker import Worker
from tests.delivery.conftest import known_client
from tests.delivery.material import AlertWriter
from tests.delivery.test_days import DAY
from tests.service.serving import new_key

PAGE = Path(__file__).parents[2] / "docs" / "banks.md"
SECTION = re.search(r"## The other channels\n(.*?)\n## ", PAGE.read_text("utf-8"), re.DOTALL)
assert SECTION
LINES = [line for block in re.findall(r"```sh\n(.*?)```", SECTION[1], re.DOTALL) for line in block.splitlines()]
(PYTHON,) = re.findall(r"```python\n(.*?)```", SECTION[1], re.DOTALL)

# What a line says, by what it has in it; the exit codes that are right.
SAYS = {
    "limit=100&wait=30": ('"next":4,"last":3}', 0),
    "stream?from=1": ("id: 3\nevent: alert", 28),
    "Last-Event-ID: 2": ("from 3\n\nid: 3\n", 28),
    "-X PUT": ('"secret":"whsec_', 0),
    '"$API/v1/webhooks"': ('"id":"core"', 0),
    "/core/test": ('"taken":false', 0),
    "-X DELETE": ("", 0),
    "webhook add": ("whsec_", 0),
    "webhook list": ("https://alerts.bank.example/liancheng", 0),
    "webhook test": ("alerts.bank.example is not found", 2),
    "webhook replay": ("alerts from 2 on are posted", 0),
    "webhook remove": ("nothing is posted", 0),
    "digest.csv": ("3 alerts of 2026-08-20 written", 0),
    "digest.jsonl --format": ("3 alerts of 2026-08-20 written", 0),
    "-o count.json": ("", 0),
    "-o keys.json": ("", 0),
    "verify-count": ("proven", 0),
    "--from 2 --java": ("org.apache.kafka.tools.consumer.ConsoleConsumer", 0),
    "console-command": ("kafka-console-consumer.sh", 0),
}


@pytest.fixture
def shell(
    cluster: Settings, bank: str, writer: AlertWriter, service: Worker, tmp_path: Path
) -> Iterator[dict[str, str]]:
    """What the page takes for granted: a bank with three alerts, its key, the service's address, the command."""
    writer.put([1, 2, 3], at_ms=bounds(DAY)[0])
    script = tmp_path / "liancheng"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cli.main "$@"\n')
    script.chmod(0o755)
    key = new_key(cluster, bank)
    with known_client(cluster, key):
        yield os.environ | {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "LIANCHENG_BOOTSTRAP_SERVERS": cluster.bootstrap_servers,
            "LIANCHENG_HOME": str(cluster.home),
            "PYTHONPATH": str(PAGE.parents[1]),
            "API": cluster.api_url,
            "KEY": key,
        }


def test_every_example_of_the_page(shell: dict[str, str], bank: str, tmp_path: Path) -> None:
    assert len(LINES) == len(SAYS), "each example has an expectation"
    for line in LINES:
        says, code = next(expected for part, expected in SAYS.items() if part in line)
        command = line.replace("bank-a", shlex.quote(bank)) + (" --max-time 3" if "stream" in line else "")
        done = subprocess.run(
            ["sh", "-c", command], env=shell, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == code, f"{line}\n{done.stdout}{done.stderr}"
        assert says in done.stdout, f"{line}\n{done.stdout}{done.stderr}"


def test_the_receiver_of_the_page() -> None:
    secret, at = "whsec_" + "c2VjcmV0" * 6, datetime.now(UTC)
    body = json.dumps({"number": 7, "id": "x/7/bank-a"})
    headers = {
        "webhook-id": "x/7/bank-a",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Verifier(secret).sign("x/7/bank-a", at, body),
    }
    names: dict[str, object] = {}
    exec(PYTHON, names)
    assert names["receive"](secret, headers, body) == (7, "x/7/bank-a")  # type: ignore[operator]
