"""Every error of the command is one line on stderr; never a traceback, unless asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import LIANCHENG, liancheng, the_error

RAISE = """
import sys
from cli import main
def run():
    {what}
main.run = run
main.main()
"""


def failing(what: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """The command, where running it does `what`."""
    return subprocess.run(
        [sys.executable, "-c", RAISE.format(what=what)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("publihs",), "No such command 'publihs'"),
        (("up", "--wrokers", "2"), "No such option: --wrokers"),
        (("up", "--workers", "many"), "'--workers'"),
        (("up", "--workers", "0"), "greater than or equal to 1"),
    ],
)
def test_wrong_use_names_what_is_wrong(words: tuple[str, ...], expected: str) -> None:
    error = the_error(liancheng(*words))
    assert expected in error
    assert "--help" in error


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LIANCHENG_BROKER_PORT", "nineteen", "LIANCHENG_BROKER_PORT='nineteen': Input should be a valid integer"),
        ("LIANCHENG_PROVINCES", "310000,320000", 'LIANCHENG_PROVINCES: expected JSON, such as ["310000", "320000"]'),
    ],
)
def test_a_wrong_setting_is_named_by_its_variable(name: str, value: str, expected: str) -> None:
    assert expected in the_error(liancheng("status", env={name: value}))


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            "raise OSError(28, 'No space left on device', '/a/file')",
            "No space left on device: /a/file (free some space",
        ),
        (
            "raise FileNotFoundError(2, 'No such file or directory', 'month.csv')",
            "No such file or directory: month.csv",
        ),
        ("raise ZeroDivisionError('a bug\\nof two lines')", "unexpected ZeroDivisionError: a bug of two lines"),
    ],
)
def test_other_errors_are_one_line_too(what: str, expected: str) -> None:
    assert the_error(failing(what)).startswith(expected)


def test_ctrl_c_is_quiet() -> None:
    done = failing("raise KeyboardInterrupt")
    assert (done.returncode, done.stderr) == (130, "")


def test_a_traceback_where_it_is_asked_for() -> None:
    assert "Traceback" in failing("raise ZeroDivisionError", LIANCHENG_DEBUG="1").stderr


def test_a_closed_pipe_is_quiet() -> None:
    """`liancheng … | head -1`: whoever reads has enough."""
    endless = "while True: sys.stdout.write('a line' * 1000)"
    command = [sys.executable, "-c", RAISE.format(what=endless)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.read(10)
        writer.stdout.close()
        assert writer.stderr.read() == b""
    assert writer.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_named() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*LIANCHENG, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert "No space left on device" in the_error(done)
