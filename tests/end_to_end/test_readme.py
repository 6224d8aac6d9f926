"""The README's commands, word by word, in a home of their own."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.shared.exit_code import ExitCode
from supervision.ports import free_ports
from tests.eventually import eventually

ROOT = Path(__file__).parents[2]
REFUSED = ExitCode.REFUSED  # the sample holds rows that are refused on purpose


def commands() -> list[str]:
    """The lines of the README's block under "Use it"."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("## Use it")[1]
    block = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert block, "the README shows how to use it"
    return [line.split("#")[0].strip() for line in block[1].splitlines()]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    broker, controller, redis, view, api, webhooks, web = free_ports(7)
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    script = bin_dir / "liancheng"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cli.main "$@"\n')
    script.chmod(0o755)
    env = os.environ | {
        "PATH": f"{bin_dir}:{os.environ['PATH']}",
        "LIANCHENG_HOME": str(tmp_path / "home"),
        "LIANCHENG_BROKER_PORT": str(broker),
        "LIANCHENG_CONTROLLER_PORT": str(controller),
        "LIANCHENG_BROKER_BRIEF": "true",
        "LIANCHENG_REDIS_PORT": str(redis),
        "LIANCHENG_VIEW_PORT": str(view),
        "LIANCHENG_API_PORT": str(api),
        "LIANCHENG_WEBHOOKS_PORT": str(webhooks),
        "LIANCHENG_WEB_PORT": str(web),
    }
    yield env
    subprocess.run([str(script), "down"], env=env, cwd=ROOT, check=False, capture_output=True)
    shutil.rmtree(tmp_path / "home", ignore_errors=True)


def test_every_command_does_what_the_readme_says(environment: dict[str, str]) -> None:
    def run(command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            shlex.split(command), env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
        )

    def run_until_it_prints(command: str) -> "subprocess.CompletedProcess[str] | None":
        done = run(command)
        return done if done.stdout or done.returncode else None

    seen = {}
    for command in commands():
        if "alerts" in command:  # a receipt is there a few milliseconds before the alert
            done = eventually(lambda asked=command: run_until_it_prints(asked), timeout_s=30)  # type: ignore[misc]
        else:
            done = run(command)
        assert done.returncode in ((0, REFUSED) if "publish" in command else (0,)), f"{command}: {done.stderr}"
        assert "Traceback" not in done.stderr
        seen[" ".join(shlex.split(command)[1:3])] = done.stdout
    assert "310000" in seen["province list"]
    assert "客户" in seen["alerts --bank"], "the bank's own reference comes back in its alerts"
    assert "91310100MA31X0001W" in seen["list show"]
