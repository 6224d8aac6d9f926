"""A worker process of ours: Faust with the stages that LIANCHENG_STAGES names."""

import os
import signal
import sys
import urllib.request

from cli.local import processes
from liancheng.settings import Settings

_ANY_HOST = ("0.0.0.0", "::", "")


class Worker:
    """Worker number `number` (from 1) of a home: its own name, port and log, the same at every start."""

    def __init__(self, settings: Settings, number: int) -> None:
        self.name = f"worker-{number}"
        self.port = settings.web_port + number - 1
        self.address = f"{'127.0.0.1' if settings.web_host in _ANY_HOST else settings.web_host}:{self.port}"
        self.log = settings.home.resolve() / "logs" / f"{self.name}.log"
        self._settings = settings
        self._child: processes.Child | None = None

    @property
    def pid(self) -> int | None:
        """The running worker's pid; None where it does not run."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Start it. It is killed when this process dies: what it had not committed is done again at the next start."""
        faust = ["-m", "faust", "-A", "stream_apps.app", "worker", "-l", "info"]
        command = [sys.executable, *faust, "--web-port", str(self.port)]
        self._child = processes.Child(command, self.log, self._environment(), signal.SIGKILL)

    def ask_to_stop(self) -> None:
        """Let it begin to stop; a batch in hand is committed first."""
        if self._child:
            self._child.ask()

    def await_end(self, timeout_s: float) -> None:
        """Wait until it has stopped; it is killed when it takes longer."""
        if self._child:
            self._child.await_end(timeout_s)

    def healthy(self) -> bool:
        """Whether all its stages have started."""
        return answers(self.address)

    def last_words(self) -> str:
        """How it ended and why, as far as its log tells, and where that is."""
        return self._child.last_words() if self._child else "it never started"

    def _environment(self) -> dict[str, str]:
        settings = self._settings
        return os.environ | {
            "LIANCHENG_HOME": str(settings.home.resolve()),
            "LIANCHENG_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "LIANCHENG_WORKER_ID": self.name,
            "LIANCHENG_WEB_PORT": str(self.port),
        }


def answers(address: str) -> bool:
    """Whether GET /health at host:port gives 200."""
    try:
        with urllib.request.urlopen(f"http://{address}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
