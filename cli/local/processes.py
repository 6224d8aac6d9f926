"""Child processes that die with their parent, and the identity of a process beyond its recyclable pid."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from liancheng.errors import WrongUseError

_TETHER = Path(__file__).with_name("tether.py")


def spawn(
    command: Sequence[str], log: Path, env: Mapping[str, str] | None = None, on_death: int = signal.SIGTERM
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own (the terminal's Ctrl-C does not reach it), its output appended to `log`.

    It is sent `on_death` when this process dies in whatever way. Linux ties that to the thread that calls this, so
    call it from one that lives as long as the child should.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            _tethered(command, on_death),
            env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip


def run(command: Sequence[str], env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a child to its end and return what it said; it dies with this process as well."""
    return subprocess.run(
        _tethered(command, signal.SIGKILL),
        env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _tethered(command: Sequence[str], on_death: int) -> list[str]:
    return [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), str(int(on_death)), *command]


def ask(process: subprocess.Popen[bytes] | None) -> None:
    """Ask a child to stop. Once: some programs take a second request for an order to break off."""
    if process and process.poll() is None:
        process.terminate()


def await_end(process: subprocess.Popen[bytes] | None, timeout_s: float) -> None:
    """Wait for a child that was asked to stop, and kill it when it has not within `timeout_s`."""
    if process is None:
        return
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def alive(process: subprocess.Popen[bytes] | None) -> int | None:
    """A child's pid while it runs."""
    return process.pid if process and process.poll() is None else None


def birth(pid: int) -> str | None:
    """When a process started, in the system's words; None where there is none. With the pid it names one process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _birth_by_ps(pid)
    return None if fields[0] in "ZX" else fields[19]  # state, starttime: proc(5); a zombie runs no more


def _birth_by_ps(pid: int) -> str | None:
    if Path("/proc/self").exists():
        return None
    found = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def listens(port: int) -> bool:
    """Whether something takes connections on a loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def require_port(port: int, setting: str, what: str) -> None:
    """Raises WrongUseError where another program listens on a loopback port; `setting` is what moves ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that are closing do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise WrongUseError(
                f"port {port} of the {what} cannot be used ({error.strerror}): "
                f"stop the program that has it, or choose another with {setting}"
            ) from error


def last_line(log: Path) -> str:
    """The last non-empty line of a log, for an error's text; empty where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 64 * 1024))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
