"""`view run`, `view status`, `view digest`, `view rebuild`: the screening view in Redis."""

import time
from dataclasses import asdict
from typing import Annotated

import typer

from cli.shared import words
from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson
from cli.shared.tables import fields
from cli.shared.terminal import print_json, say
from consumers.view import contents, filler
from consumers.view.reader import Position, StaleViewError, View
from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from transport import logs
from transport.redis_clients import shown

_FILLER_REACTS_S = 15.0  # a filler sees within a second that the view is gone, one that lost Redis within six
_POLL_S = 0.2

app = typer.Typer(no_args_is_help=True)


@app.command("run")
def run() -> None:
    """Fill the view and follow the list until Ctrl-C. `liancheng up` runs it as well."""
    settings = Settings()
    logs.configure(settings)
    filler.run(settings)


@app.command("status")
def status(as_json: AsJson = False) -> int:
    """Show the state of the view. Exit code 0 if it answers, 1 if it refuses."""
    settings = Settings()
    with View(settings) as view:
        position, entries = view.position(), contents.count(settings)
    state = _state(position, settings.view_max_age_s)
    if as_json:
        print_json({"state": state, "entries": entries, "redis": shown(settings.redis_url)} | asdict(position))
    else:
        age = "unknown" if position.age_s is None else f"{position.age_s:.1f} s"
        fields(
            (
                ("state", f"{state} ({position.progress:.0%})" if state == "rebuilding" else state),
                ("age", f"{age}; allowed: {settings.view_max_age_s:g} s"),
                ("entries", f"{entries:,}"),
                ("list", words.complete(position.complete_to)),
                ("newest record", str(position.applied_at or "")),
                ("generation", position.generation or ""),
                ("offsets", " ".join(map(str, position.offsets))),
                ("redis", shown(settings.redis_url)),
            )
        )
    return ExitCode.DONE if state == "fresh" else ExitCode.FAILED


def _state(position: Position, limit_s: float) -> str:
    """empty, rebuilding, stale or fresh."""
    if position.generation is None:
        return "empty"
    if position.rebuilding:
        return "rebuilding"
    try:
        position.check_fresh(limit_s)
    except StaleViewError:
        return "stale"
    return "fresh"


@app.command("digest")
def digest(as_json: AsJson = False) -> None:
    """Print the fingerprint of all entries in the view.

    It equals that of `liancheng list digest` at the same position of the list.
    """
    view = contents.digest(Settings())
    values = {
        "digest": view.digest,
        "entries": view.entries,
        "levels": view.levels,
        "complete_to": view.position.complete_to,
    }
    words.print_digest(values | ({"age_s": view.position.age_s} if as_json else {}), as_json)


@app.command("rebuild")
def rebuild(
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Return only once it is filled again.")] = True,
) -> None:
    """Delete the view; the filler fills it again. Until then it does not answer."""
    settings = Settings()
    say("deleted" if contents.delete(settings) else "there was no view")
    if not wait:
        return
    with View(settings) as view:
        started = time.monotonic()
        position = view.position()
        while position.generation is None or position.rebuilding or position.age_s is None:
            if position.generation is None and time.monotonic() - started > _FILLER_REACTS_S:
                raise UnavailableError(
                    f"no filler started within {_FILLER_REACTS_S:.0f} s: run `liancheng up` or `liancheng view run`"
                )
            time.sleep(_POLL_S)
            position = view.position()
        say(f"filled again in {time.monotonic() - started:.1f} s: {contents.count(settings):,} entries")
