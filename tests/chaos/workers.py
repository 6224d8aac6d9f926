"""Real worker processes: started, killed, frozen and woken, each by its own pid."""

import os
import re
import signal
import sys
import urllib.request
from types import TracebackType
from typing import Self

from liancheng.records import topics
from liancheng.settings import Settings
from supervision import processes
from supervision.ports import free_ports
from tests.chaos.story import PROVINCES
from tests.eventually import eventually

UNITS = {
    "standardise": len(PROVINCES) * topics.PENALTY_EVENTS.partitions,
    "joint_list": topics.PENALTIES.partitions,
    "alerting": topics.SANCTION_LIST.partitions,
    "dispatch": topics.ALERTS.partitions,
}
_UNITS = re.compile(r'^liancheng_stage_units[{]stage="(\w+)"[}] (\S+)$', re.MULTILINE)


class Worker:
    """`faust worker` with some stages, of a name and port of its own. It dies with the thread that starts it."""

    def __init__(self, name: str, stages: str, settings: Settings) -> None:
        self.name = name
        self.log = settings.home / "logs" / f"{name}.log"
        self._port = free_ports(1)[0]
        self._environment = os.environ | {
            "LIANCHENG_HOME": str(settings.home),
            "LIANCHENG_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "LIANCHENG_STAGES": stages,
            "LIANCHENG_WORKER_ID": name,
            "LIANCHENG_WEB_PORT": str(self._port),
            "LIANCHENG_SESSION_TIMEOUT_MS": str(settings.session_timeout_ms),
            "LIANCHENG_TRANSACTION_TIMEOUT_MS": str(settings.transaction_timeout_ms),
            "LIANCHENG_BATCH_MAX": str(settings.batch_max),
        }
        self._child: processes.Child | None = None

    def start(self) -> None:
        faust = ["-m", "faust", "-A", "stream_apps.app", "worker", "-l", "info", "--web-port", str(self._port)]
        self._child = processes.Child([sys.executable, *faust], self.log, self._environment, signal.SIGKILL)

    def kill(self) -> None:
        """End it as a crash would: SIGKILL, in the middle of whatever it does."""
        if self._child:
            self._child.kill()

    def freeze(self) -> None:
        """Let it do nothing, without knowing, until `wake`."""
        os.kill(self.pid(), signal.SIGSTOP)

    def wake(self) -> None:
        os.kill(self.pid(), signal.SIGCONT)

    def pid(self) -> int:
        """Its pid. Raises AssertionError where it ended by itself, with the end of its log."""
        pid = self._child.pid if self._child else None
        assert pid, f"{self.name} ended by itself:\n{self.last_lines()}"
        return pid

    def units(self) -> dict[str, int]:
        """How many units of each stage it says it holds; none where it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=1) as answer:
                said = answer.read().decode()
        except OSError:
            return {}
        return {stage: int(float(count)) for stage, count in _UNITS.findall(said)}

    def last_lines(self) -> str:
        return "\n".join(self.said().splitlines()[-30:])

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""


class Workers:
    """Several workers; all of them run inside the `with`, none is left after it."""

    def __init__(self, *workers: Worker) -> None:
        self.all = workers

    def __enter__(self) -> Self:
        try:
            for worker in self.all:
                worker.start()
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._kill()

    def until_shared_by(self, *some: Worker, timeout_s: float = 60) -> None:
        """Wait until these workers hold all units of every stage together, and each of them some."""

        def shared() -> bool:
            held = [worker.units() for worker in some]
            return all(
                sum(units.get(stage, 0) for units in held) == count and all(units.get(stage, 0) for units in held)
                for stage, count in UNITS.items()
            )

        eventually(shared, timeout_s, 0.1, f"{len(some)} workers hold all partitions")

    def _kill(self) -> None:
        for worker in self.all:
            worker.kill()
