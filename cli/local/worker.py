"""A worker process of ours: Faust with the stages that LIANCHENG_STAGES names."""

import os
import signal
import subprocess
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
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The running worker's pid; None where it does not run."""
        return processes.alive(self._process)

    def start(self) -> None:
        """Start it. It is killed when this process dies: what it had not committed is done again at the next start."""
        faust = ["-m", "faust", "-A", "stream_apps.app", "worker", "-l", "info"]
        command = [sys.executable, *faust, "--web-port", str(self.port)]
        self._process = processes.spawn(command, self.log, self._environment(), signal.SIGKILL)

    def ask_to_stop(self) -> None:
        """Let it begin to stop; a batch in hand is committed first."""
        processes.ask(self._process)

    def await_end(self, timeout_s: float) -> None:
        """Wait until it has stopped; it is killed when it takes longer."""
        processes.await_end(self._process, timeout_s)

    def healthy(self) -> bool:
        """Whether all its stages have started."""
        return answers(self.address)

    def last_words(self) -> str:
        """Why it ended, as far as its log tells, and where that is."""
        return f"{processes.last_line(self.log) or 'no log'} (see {self.log})"

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
