"""Arguments and options that several commands take. `--json` is declared only once, so it is the same everywhere."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"found {text!r}, expected a day such as 2026-10-31") from error


def day_option(name: str, help_: str) -> Any:
    """An option that takes a day."""
    return typer.Option(name, parser=_day, metavar="DAY", help=help_)


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line, instead of text for people.")]
OfBank = Annotated[str, typer.Option("--bank", metavar="ID", help="Id of the bank, such as bank-a.")]
OfProvince = Annotated[str, typer.Option("--province", metavar="CODE", help="Code of the province, such as 310000.")]
Uscc = Annotated[
    str, typer.Argument(metavar="USCC", help="Unified social credit code 统一社会信用代码, 18 characters.")
]
Cutoff = Annotated[
    float | None,
    typer.Option("--cutoff", min=0.0, max=1.0, help="Score from which a name counts as a match (default 0.75)."),
]
KeysFile = Annotated[
    Path | None, typer.Option("--keys", help="Saved answer of GET /v1/keys (default: ask LIANCHENG_API_URL).")
]
