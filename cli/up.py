"""`liancheng up`, `down` and `status`: Liancheng on this machine."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal import Outcome, print_json, say, table
from liancheng.errors import UnavailableError
from supervision import processes, state

if TYPE_CHECKING:
    from liancheng.settings import Settings

_ERROR = "liancheng: error: "


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(up)
    app.command()(down)
    app.command()(status)


def up(
    workers: Annotated[int, typer.Option(min=1, max=32, help="Worker processes; each runs every stage.")] = 1,
    detach: Annotated[bool, typer.Option("--detach", help="Return when all is up; `liancheng down` stops it.")] = False,
    view: Annotated[
        bool,
        typer.Option("--view/--no-view", help="Keep what serves banks, too: view, HTTP service, webhooks."),
    ] = True,
) -> None:
    """Run the broker, the workers, the screening view and the HTTP service here, and keep them running.

    Ctrl-C stops everything; records survive. No broker runs here with LIANCHENG_BOOTSTRAP_SERVERS set to another
    cluster, no Valkey with LIANCHENG_REDIS_URL set to another Redis.
    """
    settings = _settings()
    if detach:
        _detached(settings, workers, view)
        _print_status(settings, as_json=False)
        return
    from supervision.supervisor import Supervisor  # noqa: PLC0415

    Supervisor(settings, workers, say, lambda: _print_status(settings, as_json=False), view=view).run()


def down() -> None:
    """Stop what `liancheng up` runs here. Records survive."""
    home = _settings().home.resolve()
    say(f"stopped what ran in {home}" if state.stop(home) else f"nothing runs in {home}")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="One part a line, as JSON.")] = False,
) -> None:
    """Show what runs here. Exit code 0 where all of it is up, else 1."""
    if not _print_status(_settings(), as_json):
        raise typer.Exit(Outcome.COULD_NOT)


def _settings() -> "Settings":
    from liancheng.settings import Settings  # noqa: PLC0415 takes 0.2 s, and `--help` does without

    return Settings()


def _print_status(settings: "Settings", as_json: bool) -> bool:
    """Look at every part now and print it; whether all of them are up."""
    home = settings.home.resolve()
    running = state.running(home)
    if running is None:
        raise UnavailableError(f"nothing runs in {home}: start it with `liancheng up`")
    parts = [look(part) for part in running.parts]
    if as_json:
        for part in parts:
            print_json(part)
    else:
        rows = [(part.name, part.state, part.address, part.pid, part.restarts, _short(part.log)) for part in parts]
        table(("part", "state", "address", "pid", "restarts", "log"), rows)
    return running.ready and all(part.state == "up" for part in parts)


def look(part: state.Part) -> state.Part:
    """A part as it is now: `ended`, `starting` (it does not answer, or says it is not ready) or `up`."""
    from msgspec.structs import replace  # noqa: PLC0415

    if part.pid is None or processes.birth(part.pid) != part.birth:
        return replace(part, state="ended", pid=None, birth=None)
    serves_health = part.name not in ("broker", "valkey")
    answers = _healthy(part) if serves_health else processes.listens(int(part.address.rpartition(":")[2]))
    return replace(part, state="up" if answers else "starting")


def _healthy(part: state.Part) -> bool:
    from supervision.worker import answers  # noqa: PLC0415

    return answers(part.address)


def _short(path: str) -> str:
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def _detached(settings: "Settings", workers: int, view: bool) -> None:
    """Start a supervisor that outlives this process, relay what it says, and return when all is up.

    Raises:
        LianchengError: what the supervisor ended with.
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
            time.sleep(0.05)
