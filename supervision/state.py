"""What runs in a home: one supervisor, known by a lock that its death releases, and the parts it started."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from liancheng.errors import UnavailableError, WrongUseError
from supervision.processes import birth


class Part(msgspec.Struct, frozen=True):
    """The broker, Valkey or one of our processes, as last seen by the supervisor, or by `status`.

    `state`: starting, up, ended (it is being restarted). `address`: host:port of the server, or of the process's
    /health and /metrics. `restarts`: how often it died and was restarted.
    """

    name: str
    state: str
    address: str
    pid: int | None
    birth: str | None
    restarts: int
    log: str


class Running(msgspec.Struct, frozen=True):
    """A supervisor and its parts. `ready`: every part has been up since it started."""

    pid: int
    birth: str | None
    ready: bool
    bootstrap_servers: str
    parts: tuple[Part, ...] = ()


@contextmanager
def claimed(home: Path) -> Iterator[None]:
    """Holds a home as its only supervisor.

    Raises:
        WrongUseError: another supervisor holds it.
    """
    path = _lock_file(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise runs_already(home) from error
        yield


def runs_already(home: Path) -> WrongUseError:
    """Returns the error of a second `up`."""
    return WrongUseError(f"it already runs in {home}: see `liancheng status`, or stop it with `liancheng down` first")


def is_claimed(home: Path) -> bool:
    """Whether a supervisor lives in this home."""
    try:
        with _lock_file(home).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def write(home: Path, running: Running) -> None:
    """Writes what runs, in one step: a reader sees the old state or the new one."""
    part = _file(home).with_suffix(".part")
    part.write_bytes(msgspec.json.encode(running))
    part.rename(_file(home))


def read(home: Path) -> Running | None:
    """Returns the last state of this home's supervisor, alive or not, or None."""
    try:
        return msgspec.json.decode(_file(home).read_bytes(), type=Running)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def running(home: Path) -> Running | None:
    """Returns the state of a supervisor that is alive, or None."""
    recorded = read(home)
    return recorded if recorded and is_claimed(home) and birth(recorded.pid) == recorded.birth else None


def forget(home: Path) -> None:
    _file(home).unlink(missing_ok=True)


def clear_leftovers(home: Path, timeout_s: float = 5.0) -> None:
    """Waits until the parts of a supervisor that died are gone, and kills those that remain after `timeout_s`.

    A pid that belongs to another process by now is left alone: its birth differs.
    """
    recorded = read(home)
    parts = [part for part in recorded.parts if part.pid] if recorded else []
    deadline = time.monotonic() + timeout_s
    while left := [part.pid for part in parts if part.pid and part.birth and birth(part.pid) == part.birth]:
        if time.monotonic() > deadline:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def stop(home: Path, timeout_s: float = 45.0) -> bool:
    """Stops this home's supervisor and waits for its end. Returns False if none runs.

    Raises:
        UnavailableError: it has not ended in time, even after a SIGKILL.
    """
    recorded = running(home)
    if recorded is None:
        return False
    for signal_, patience in ((signal.SIGTERM, timeout_s), (signal.SIGKILL, 5.0)):
        if birth(recorded.pid) == recorded.birth:
            os.kill(recorded.pid, signal_)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not is_claimed(home) and birth(recorded.pid) != recorded.birth:  # it releases the lock before it ends
                clear_leftovers(home)
                forget(home)
                return True
            time.sleep(0.05)
    raise UnavailableError(f"process {recorded.pid} did not stop within {timeout_s:.0f} s, even when killed")


def _file(home: Path) -> Path:
    return home / "supervisor.json"


def _lock_file(home: Path) -> Path:
    return home / "supervisor.lock"
