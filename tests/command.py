"""The `liancheng` command as its users run it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping

LIANCHENG = (sys.executable, "-m", "cli.main")


def liancheng(*words: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, with these variables added to the environment."""
    return subprocess.run(
        [*LIANCHENG, *words], env=os.environ | (env or {}),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def the_error(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line that a command failed with; what it said before, as progress, does not count."""
    assert done.returncode == 1, f"exit code {done.returncode}, stderr: {done.stderr}"
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("liancheng: error: ")
    return last.removeprefix("liancheng: error: ")
