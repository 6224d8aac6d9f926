"""Our processes that `up` keeps running: workers (Faust, with the stages of LIANCHENG_STAGES) and what serves banks."""

import os
import signal
import sys
import urllib.request
from collections.abc import Sequence

from liancheng.settings import Settings
from supervision import processes

_ANY_HOST = ("0.0.0.0", "::", "")


class Worker:
    """A Python process that serves /health, with a name, a port and a log that stay the same at every start."""

    def __init__(self, settings: Settings, name: str, port: int, command: Sequence[str], **env: str) -> None:
        self.name = name
        self.port = port
        self.address = f"{'127.0.0.1' if settings.web_host in _ANY_HOST else settings.web_host}:{self.port}"
        self.log = settings.home.resolve() / "logs" / f"{self.name}.log"
        self._command = [sys.executable, "-m", *command]
        self._environment = os.environ | env | {
            "LIANCHENG_HOME": str(settings.home.resolve()),
            "LIANCHENG_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "LIANCHENG_REDIS_URL": settings.redis_url,
        }  # fmt: skip
        self._child: processes.Child | None = None

    @property
    def pid(self) -> int | None:
        """The running process's pid, or None."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Starts it. It is killed when this process dies; what it had not committed is repeated at the next start."""
        self._child = processes.Child(self._command, self.log, self._environment, signal.SIGKILL)

    def request_stop(self) -> None:
        """Asks it to stop; a batch in hand is committed first."""
        if self._child:
            self._child.terminate()

    def await_end(self, timeout_s: float) -> None:
        """Waits until it has stopped; it is killed if that takes longer."""
        if self._child:
            self._child.await_end(timeout_s)

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._child:
            self._child.kill()

    def healthy(self) -> bool:
        """Whether its /health reports that it works."""
        return answers(self.address)

    def exit_report(self) -> str:
        """Returns how and why it ended, as far as its log says, and the log's path."""
        return self._child.exit_report() if self._child else "it never started"


def worker(settings: Settings, number: int) -> Worker:
    """Returns worker `number` (from 1) of a home. Healthy: all its stages have started."""
    name, port = f"worker-{number}", settings.web_port + number - 1
    faust = ["faust", "-A", "stream_apps.app", "worker", "-l", "info", "--web-port", str(port)]
    return Worker(settings, name, port, faust, LIANCHENG_WORKER_ID=name, LIANCHENG_WEB_PORT=str(port))


def view_filler(settings: Settings, **env: str) -> Worker:
    """Returns the process that fills the screening view. Healthy: it reaches Kafka and Redis."""
    port = settings.view_port
    return Worker(settings, "view", port, ["cli.main", "view", "run"], LIANCHENG_VIEW_PORT=str(port), **env)


def api(settings: Settings, **env: str) -> Worker:
    """Returns the HTTP service for banks. Healthy: it has read the register of banks."""
    port = settings.api_port
    process = Worker(settings, "api", port, ["cli.main", "api", "run"], LIANCHENG_API_PORT=str(port), **env)
    process.address = f"{'127.0.0.1' if settings.api_host in _ANY_HOST else settings.api_host}:{port}"
    return process


def webhooks(settings: Settings, **env: str) -> Worker:
    """Returns the process that sends webhooks. Healthy: it has read the list of webhooks."""
    port = settings.webhooks_port
    return Worker(settings, "webhooks", port, ["cli.main", "webhooks", "run"], LIANCHENG_WEBHOOKS_PORT=str(port), **env)


def answers(address: str) -> bool:
    """Whether GET /health at host:port gives 200."""
    try:
        with urllib.request.urlopen(f"http://{address}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
