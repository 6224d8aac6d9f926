"""Commands of the screening view: `view run`, `view status`, `view digest`, `view rebuild`."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One object a line.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="The screening view in Redis: a copy of the list that can be made anew.", no_args_is_help=True
    )
    for command in (run, status, digest, rebuild):
        group.command(command.__name__)(command)
    app.add_typer(group, name="view")


def run() -> int:
    """Fill the view and follow the list, until Ctrl-C. `liancheng up` runs it as well."""
    import logging  # noqa: PLC0415

    from consumers.view import filler  # noqa: PLC0415
    from liancheng.settings import Settings  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    filler.run(Settings())
    return 0


def status(as_json: AsJson = False) -> int:
    """Where the view stands. Exit code 0 where it answers, 1 where it refuses."""
    from cli import view_commands  # noqa: PLC0415

    return view_commands.status(as_json)


def digest(as_json: AsJson = False) -> int:
    """A fingerprint of all entries in the view: the same as `liancheng list digest` at the same place of the list."""
    from cli import view_commands  # noqa: PLC0415

    return view_commands.digest(as_json)


def rebuild(
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Return when it is filled again.")] = True,
) -> int:
    """Throw the view away; the filler fills it anew. Until then it does not answer."""
    from cli import view_commands  # noqa: PLC0415

    return view_commands.rebuild(wait)
