"""`standard show|list|check|diff|preview|adopt|classify`."""

import typer

from cli.standard.adopt import adopt
from cli.standard.check import check
from cli.standard.classify import classify
from cli.standard.diff import diff
from cli.standard.preview import preview
from cli.standard.show import list_, show

app = typer.Typer(no_args_is_help=True)
app.command("show")(show)
app.command("list")(list_)
app.command("check")(check)
app.command("diff")(diff)
app.command("preview")(preview)
app.command("adopt")(adopt)
app.command("classify")(classify)
