"""`api run`: the HTTP service for banks."""

import typer

from liancheng.settings import Settings
from service import serving

app = typer.Typer(no_args_is_help=True)


@app.command("run")
def run() -> None:
    """Serve /v1 and the pages until Ctrl-C. `liancheng up` runs it as well."""
    serving.run(Settings())
