"""`receipt verify` and `receipt list`."""

import sys
from pathlib import Path

import msgspec
import typer

from cli.terminal import Outcome, print_json, table
from consumers.reading.screening_receipts import receipts
from consumers.reading.signatures import PublicKeys
from consumers.sdk import screening_proof
from consumers.sdk.api_client import ApiClient
from liancheng.errors import WrongUseError
from liancheng.records.screening_receipts import ScreeningReceipt
from liancheng.settings import Settings
from liancheng.text.uscc import require


def verify(file: Path, online: bool, keys: Path | None, as_json: bool) -> int:
    settings = Settings()
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    known, all_proven = _keys(settings, keys), True
    for told in screening_proof.read(raw, str(file)):
        checks = screening_proof.offline(told, known)
        if online:
            checks += screening_proof.online(settings, told)
        proven = all(check.holds for check in checks)
        all_proven &= proven
        if as_json:
            print_json({"proven": proven, "receipt": told.receipt, "checks": [check._asdict() for check in checks]})
        else:
            _say(told.receipt, checks, proven)
    return Outcome.DONE if all_proven else Outcome.REFUSED


def _say(receipt: ScreeningReceipt, checks: list[screening_proof.Check], proven: bool) -> None:
    asked = receipt.asked.uscc or receipt.asked.name or f"{receipt.asked.rows:,} rows"
    typer.echo(f"{receipt.bank} asked {asked} and was answered at {receipt.answered_at:%Y-%m-%d %H:%M:%S} UTC")
    wrong = [check for check in checks if not check.holds]
    for check in wrong or checks[:20]:
        typer.echo(f"{'holds' if check.holds else 'WRONG'}  {check.what}: {check.detail}")
    if not wrong and len(checks) > 20:
        typer.echo(f"holds  and {len(checks) - 20:,} more entries")
    typer.echo("proven" if proven else "not proven")


def _keys(settings: Settings, file: Path | None) -> PublicKeys:
    if file is None:
        with ApiClient(settings) as api:
            raw = api.get("/v1/keys")
    else:
        raw = file.read_bytes()
    try:
        return msgspec.json.decode(raw, type=PublicKeys)
    except msgspec.DecodeError as error:
        raise WrongUseError(f"{file or settings.api_url}: {error}, expected what /v1/keys gives") from error


def show(bank: str, id_: str | None, uscc: str | None, as_json: bool) -> int:
    wanted = require(uscc) if uscc else None
    found = [
        receipt
        for receipt in receipts(Settings(), bank)
        if id_ in (None, receipt.id) and (wanted is None or _names(receipt, wanted))
    ]
    if as_json:
        for receipt in found:
            print_json(receipt)
        return Outcome.DONE
    rows = [
        (one.id, f"{one.answered_at:%Y-%m-%d %H:%M:%S}", one.key_id, _asked(one), " ".join(_entries(one)))
        for one in found
    ]
    table(("receipt", "answered (UTC)", "key", "asked", "entries"), rows)
    return Outcome.DONE


def _names(receipt: ScreeningReceipt, uscc: str) -> bool:
    return receipt.asked.uscc == uscc or any(entry.uscc == uscc for entry in receipt.entries)


def _asked(receipt: ScreeningReceipt) -> str:
    return receipt.asked.uscc or receipt.asked.name or f"{receipt.asked.rows} rows"


def _entries(receipt: ScreeningReceipt) -> list[str]:
    return [f"{entry.uscc}/{entry.sequence}" for entry in receipt.entries]
