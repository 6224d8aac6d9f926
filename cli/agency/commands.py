"""Commands of an agency: `publish`, `receipts`, `province add`, `province list`."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One object a line, the same models as on the topics.")]
OfProvince = Annotated[str, typer.Option("--province", help="Code of the province, such as 310000.")]


def register(app: typer.Typer) -> None:
    app.command("publish")(publish)
    app.command("receipts")(receipts)
    group = typer.Typer(help="Provinces that publish.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_)
    app.add_typer(group, name="province")


def publish(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="双公示 table as CSV or Excel workbook, or JSON lines; - reads stdin.")
    ],
    province: OfProvince,
    *,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the receipts.")] = True,
    refused_to: Annotated[
        Path | None,
        typer.Option("--refused-to", help="Write refused rows there (.csv or .xlsx), with the reasons beside them."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Receipts, one object a line; the summary on stderr.")
    ] = False,
    timeout_s: Annotated[
        float, typer.Option("--timeout", min=0.1, help="Seconds without any receipt before it gives up.")
    ] = 30.0,
    check: Annotated[
        bool, typer.Option("--check", help="Publish nothing: say what would become of each row. Needs no broker.")
    ] = False,
    kinds_codes: Annotated[
        str | None,
        typer.Option("--kinds-codes", metavar="NAME|FILE", help="What codes in 处罚类别 mean: a CSV of code,kind."),
    ] = None,
) -> int:
    """Publish a file of decisions, wait for the receipts, and sum up what became of them."""
    from cli.agency import publication  # noqa: PLC0415

    return publication.run(publication.Wish(file, province, wait, refused_to, as_json, timeout_s, check, kinds_codes))


def receipts(
    province: OfProvince,
    *,
    document: Annotated[str | None, typer.Option("--document", help="Only this document number 文书号.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only what was refused.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Then wait for further ones.")] = False,
    as_json: AsJson = False,
) -> int:
    """The last receipt of each of the province's documents."""
    from cli.agency import receipts as receipt_lines  # noqa: PLC0415

    return receipt_lines.run(receipt_lines.Wish(province, document, refused, follow, as_json))


def add(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Division code of GB/T 2260, such as 350000.")],
    as_json: AsJson = False,
) -> int:
    """Make a province's topics. Twice changes nothing; nothing needs a restart."""
    from cli.agency import provinces  # noqa: PLC0415

    return provinces.add(code, as_json)


def list_(as_json: AsJson = False) -> int:
    """The provinces that publish."""
    from cli.agency import provinces  # noqa: PLC0415

    return provinces.show(as_json)
