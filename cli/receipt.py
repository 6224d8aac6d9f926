"""`receipt verify` and `receipt list`: screening receipts."""

from pathlib import Path
from typing import Annotated

import typer

from cli.shared import proofs
from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson, KeysFile, OfBank
from cli.shared.tables import table
from cli.shared.terminal import print_json, read_input
from consumers.reading.screening_receipts import receipts
from consumers.sdk import screening_proof
from liancheng.records.screening_receipts import ScreeningReceipt
from liancheng.settings import Settings
from liancheng.text.uscc import require

app = typer.Typer(no_args_is_help=True)


@app.command("verify")
def verify(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Answers as `screen --save` saved them, or a receipt; - reads stdin.")
    ],
    online: Annotated[
        bool, typer.Option("--online", help="Judge the log again, up to the entries that were answered from.")
    ] = False,
    keys: KeysFile = None,
    as_json: AsJson = False,
) -> int:
    """Check the signature and the answer of screening receipts.

    With --online, also what the log says. Exit code 2 if a receipt is not proven.
    """
    settings = Settings()
    raw, name = read_input(file)
    known, all_proven = proofs.public_keys(settings, keys), True
    for answer in screening_proof.read(raw, name):
        checks = screening_proof.offline(answer, known)
        if online:
            checks += screening_proof.online(settings, answer)
        proven = proofs.proven(checks)
        all_proven &= proven
        receipt = answer.receipt
        if as_json:
            print_json({"proven": proven, "receipt": receipt, "checks": [check._asdict() for check in checks]})
        else:
            at = f"{receipt.answered_at:%Y-%m-%d %H:%M:%S} UTC"
            typer.echo(f"{receipt.bank} asked about {_question(receipt)} and was answered at {at}")
            proofs.print_checks(checks)
    return ExitCode.DONE if all_proven else ExitCode.REFUSED


@app.command("list")
def list_(
    bank: OfBank,
    id_: Annotated[str | None, typer.Option("--id", help="Only the receipt with this id.")] = None,
    uscc: Annotated[str | None, typer.Option("--uscc", help="Only receipts about this company.")] = None,
    as_json: AsJson = False,
) -> None:
    """List a bank's screening receipts, oldest first.

    Also those that the bank has lost.
    """
    company = require(uscc) if uscc else None
    selected = [
        receipt
        for receipt in receipts(Settings(), bank)
        if id_ in (None, receipt.id) and (company is None or _is_about(receipt, company))
    ]
    if as_json:
        for receipt in selected:
            print_json(receipt)
        return
    rows = [
        (
            receipt.id,
            f"{receipt.answered_at:%Y-%m-%d %H:%M:%S}",
            receipt.key_id,
            _question(receipt),
            " ".join(f"{entry.uscc}/{entry.sequence}" for entry in receipt.entries),
        )
        for receipt in selected
    ]
    table(("receipt", "answered (UTC)", "key", "question", "entries"), rows)


def _is_about(receipt: ScreeningReceipt, uscc: str) -> bool:
    return receipt.asked.uscc == uscc or any(entry.uscc == uscc for entry in receipt.entries)


def _question(receipt: ScreeningReceipt) -> str:
    return receipt.asked.uscc or receipt.asked.name or f"{receipt.asked.rows:,} rows"
