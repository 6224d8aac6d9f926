"""`api run`: the HTTP service for banks."""

import typer


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The HTTP service for banks.", no_args_is_help=True)
    group.callback()(lambda: None)  # a group, although there is one command in it
    group.command("run")(run)
    app.add_typer(group, name="api")


def run() -> int:
    """Serve /v1 until Ctrl-C. `liancheng up` runs it as well."""
    from liancheng.settings import Settings  # noqa: PLC0415
    from service.web import serving  # noqa: PLC0415

    serving.run(Settings())
    return 0
