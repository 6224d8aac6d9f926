"""`view status`, `view digest`, `view rebuild`."""

import time
from dataclasses import asdict

import typer

from cli import words
from cli.list.entry import complete
from cli.terminal import Outcome, print_json, say, table
from consumers.view import contents
from consumers.view.reader import Position, StaleViewError, View
from liancheng.errors import UnavailableError
from liancheng.settings import Settings
from transport.redis_clients import shown

_BEGIN_S = 15.0  # a filler sees within a second that the view is gone, one that lost Redis within six
_ASK_S = 0.2


def status(as_json: bool) -> int:
    settings = Settings()
    with View(settings) as view:
        position, entries = view.position(), contents.count(settings)
    state = _state(position, settings.view_max_age_s)
    if as_json:
        print_json({"state": state, "entries": entries, "redis": shown(settings.redis_url)} | asdict(position))
        return _outcome(state)
    age = "unknown" if position.age_s is None else f"{position.age_s:.1f} s"
    rows = (
        ("state", f"{state} ({position.progress:.0%})" if state == "rebuilding" else state),
        ("age", f"{age}, {settings.view_max_age_s:g} s are allowed"),
        ("entries", f"{entries:,}"),
        ("list", complete(position.complete_to)),
        ("newest record", position.applied_at),
        ("filling", position.generation),
        ("offsets", " ".join(map(str, position.offsets))),
        ("redis", shown(settings.redis_url)),
    )
    table(("view", ""), rows)
    return _outcome(state)


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


def _outcome(state: str) -> Outcome:
    return Outcome.DONE if state == "fresh" else Outcome.COULD_NOT


def digest(as_json: bool) -> int:
    found = contents.digest(Settings())
    if as_json:
        print_json(
            {
                "digest": found.digest,
                "entries": found.entries,
                "levels": found.levels,
                "complete_to": found.position.complete_to,
                "age_s": found.position.age_s,
            }
        )
        return Outcome.DONE
    typer.echo(f"{found.digest}  {found.entries:,} entries")
    for level, count in found.levels.items():
        typer.echo(f"{count:>9,}  {words.level(level)}")
    typer.echo(complete(found.position.complete_to))
    return Outcome.DONE


def rebuild(wait: bool) -> int:
    settings = Settings()
    thrown_away = contents.throw_away(settings)
    say("thrown away" if thrown_away else "there was none")
    if not wait:
        return Outcome.DONE
    with View(settings) as view:
        started = time.monotonic()
        position = view.position()
        while position.generation is None or position.rebuilding or position.age_s is None:
            waited = time.monotonic() - started
            if position.generation is None and waited > _BEGIN_S:
                raise UnavailableError(
                    f"no filler has begun within {_BEGIN_S:.0f} s: run `liancheng up` or `liancheng view run`"
                )
            time.sleep(_ASK_S)
            position = view.position()
        say(f"filled again in {time.monotonic() - started:.1f} s: {contents.count(settings):,} entries")
    return Outcome.DONE
