"""Child processes that die with their parent, and the identity of a process beyond its recyclable pid."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from liancheng.errors import WrongUseError

_TETHER = Path(__file__).with_name("tether.py")


class Child:
    """A running command in a session of its own (a terminal's Ctrl-C does not reach it), its output added to `log`.

    It is sent `on_death` when this process dies, however it dies. Linux ties that to the thread that creates it, so
    create it in one that lives as long as the child should.
    """

    def __init__(
        self, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None, on_death: int = signal.SIGTERM
    ) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self._since = out.tell()
            self._process = subprocess.Popen(
                _tethered(command, on_death),
                env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        self._log = log

    @property
    def pid(self) -> int | None:
        """Its pid while it runs, otherwise None."""
        return self._process.pid if self._process.poll() is None else None

    def terminate(self) -> None:
        """Asks it to stop. Once: some programs take a second request as an order to abort."""
        if self._process.poll() is None:
            self._process.terminate()

    def await_end(self, timeout_s: float) -> None:
        """Waits for its end, and kills it if it has not ended within `timeout_s`."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def exit_report(self) -> str:
        """Returns how it ended, the line of its log that says most, and the log's path."""
        code = self._process.poll()
        how = "running" if code is None else f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        cause = cause_line(self._log, self._since)
        return f"{how}{', ' if cause else ''}{cause} (see {self._log})"


def run(command: Sequence[str], env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Runs a child to its end and returns its output; it dies with this process as well."""
    return subprocess.run(
        _tethered(command, signal.SIGKILL),
        env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def run_aloud(command: Sequence[str], on_line: Callable[[str], object]) -> "subprocess.CompletedProcess[str]":
    """Runs a child to its end, as `run` does, and passes on each line as it is printed; stderr is part of stdout."""
    lines = []
    with subprocess.Popen(
        _tethered(command, signal.SIGKILL),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
    ) as child:  # fmt: skip
        for line in child.stdout or ():
            lines.append(line)
            on_line(line)
    return subprocess.CompletedProcess(command, child.returncode, "".join(lines), "")


def _tethered(command: Sequence[str], on_death: int) -> list[str]:
    return [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), str(int(on_death)), *command]


def birth(pid: int) -> str | None:
    """Returns when a process started, as the system prints it; None if none runs. With the pid it names one process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _birth_by_ps(pid)
    return None if fields[0] in "ZX" else fields[19]  # state, starttime: proc(5); a zombie no longer runs


def _birth_by_ps(pid: int) -> str | None:
    if Path("/proc/self").exists():
        return None
    found = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def listens(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def require_port(port: int, setting: str, what: str) -> None:
    """Raises WrongUseError if another program listens on a loopback port; `setting` is the one that moves ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that are closing do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise WrongUseError(
                f"port {port} of the {what} cannot be used ({error.strerror}): "
                f"stop the program that uses it, or choose another with {setting}"
            ) from error


def cause_line(log: Path, since: int) -> str:
    """Returns the line after byte `since` that best says why a program ended: the deepest cause, an error, the last."""
    with log.open("rb") as file:
        file.seek(since if since <= log.stat().st_size else 0)  # a log that was rolled over is shorter
        lines = [line.strip() for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
    for mark in ("Caused by: ", " ERROR "):
        if marked := [line for line in lines if mark in line]:
            return marked[-1]
    return lines[-1] if lines else ""
