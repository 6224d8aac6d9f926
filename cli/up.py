"""`liancheng up`, `down` and `status`: Liancheng on this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson
from cli.shared.tables import table
from cli.shared.terminal import print_json, say
from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from supervision import processes, state
from supervision.supervisor import Supervisor
from supervision.worker import answers

_ERROR = "liancheng: error: "
_POLL_S = 0.05


def up(
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=32, help="Number of worker processes; each runs every stage.")
    ] = 1,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return once everything is up; `liancheng down` stops it.")
    ] = False,
    view: Annotated[
        bool,
        typer.Option("--view/--no-view", help="Also run what serves banks: screening view, HTTP service, webhooks."),
    ] = True,
) -> None:
    """Run the broker, the workers and all services here.

    Restarts whatever dies. Ctrl-C stops everything; records survive. If LIANCHENG_BOOTSTRAP_SERVERS names another
    cluster, no broker runs here; if LIANCHENG_REDIS_URL names another Redis, no Valkey.
    """
    settings = Settings()
    if detach:
        _start_detached(settings, workers, view)
        _print_status(settings, as_json=False)
        return
    Supervisor(settings, workers, say, lambda: _print_status(settings, as_json=False), view=view).run()


def down() -> None:
    """Stop what `liancheng up` runs here. Records survive."""
    home = Settings().home.resolve()
    say(f"stopped what ran in {home}" if state.stop(home) else f"nothing runs in {home}")


def status(as_json: AsJson = False) -> int:
    """Show what runs here. Exit code 0 if all of it is up.

    Otherwise the exit code is 1.
    """
    return ExitCode.DONE if _print_status(Settings(), as_json) else ExitCode.FAILED


def _print_status(settings: Settings, as_json: bool) -> bool:
    """Checks every part now and prints it. Returns whether all of them are up."""
    home = settings.home.resolve()
    running = state.running(home)
    if running is None:
        raise UnavailableError(f"nothing runs in {home}: start it with `liancheng up`")
    parts = [look(part) for part in running.parts]
    if as_json:
        for part in parts:
            print_json(part)
    else:
        print_parts(parts)
    return running.ready and all(part.state == "up" for part in parts)


def print_parts(parts: Iterable[state.Part]) -> None:
    rows = [(part.name, part.state, part.address, part.pid, part.restarts, _short(part.log)) for part in parts]
    table(("part", "state", "address", "pid", "restarts", "log"), rows)


def look(part: state.Part) -> state.Part:
    """The part as it is now: `ended`, `starting` (it does not answer, or says it is not ready) or `up`."""
    if part.pid is None or processes.birth(part.pid) != part.birth:
        return replace(part, state="ended", pid=None, birth=None)
    serves_health = part.name not in ("broker", "valkey")
    is_up = answers(part.address) if serves_health else processes.listens(int(part.address.rpartition(":")[2]))
    return replace(part, state="up" if is_up else "starting")


def _short(path: str) -> str:
    directory = Path.cwd()
    return str(Path(path).relative_to(directory)) if Path(path).is_relative_to(directory) else path


def _start_detached(settings: Settings, workers: int, view: bool) -> None:
    """Starts a supervisor that outlives this process, relays its messages, and returns once everything is up.

    Raises:
        LianchengError: the supervisor ended with an error.
    """
    home = settings.home.resolve()
    if state.is_claimed(home):
        raise state.runs_already(home)
    log = home / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    with log.open("ab") as out:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up", "--workers", str(workers), "--view" if view else "--no-view"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        _relay(supervisor, log, home)
    except KeyboardInterrupt:
        os.kill(supervisor.pid, signal.SIGTERM)
        supervisor.wait()
        raise


def _relay(supervisor: "subprocess.Popen[bytes]", log: Path, home: Path) -> None:
    with log.open(encoding="utf-8", errors="replace") as lines:
        while True:
            ended = supervisor.poll() is not None
            noted = state.read(home)
            for line in lines:
                if line.startswith(_ERROR):
                    supervisor.wait()
                    raise UnavailableError(line.removeprefix(_ERROR).strip())
                say(line.rstrip())
            if noted and noted.pid == supervisor.pid and noted.ready:
                return
            if ended:
                raise UnavailableError(f"it ended while starting: see {log}")
            time.sleep(_POLL_S)
