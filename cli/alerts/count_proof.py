"""`alerts verify-count`: a day's signed count, and the alerts that somebody has, hold together."""

import base64
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
import typer
from cryptography.exceptions import InvalidSignature
from msgspec.structs import replace

from cli.terminal import Outcome, print_json
from consumers.reading import signatures
from consumers.sdk.api_client import ApiClient
from liancheng.errors import WrongUseError
from liancheng.records.alert_counts import AlertCount, counted
from liancheng.records.screening_receipts import signed_part
from liancheng.settings import Settings

T = TypeVar("T")


class Check(NamedTuple):
    what: str
    holds: bool
    detail: str


def run(file: Path, alerts: Path | None, keys: Path | None, as_json: bool) -> int:
    statement = _decoded(AlertCount, file.read_bytes(), str(file), "what /v1/alerts/counts/DAY gives")
    checks = [_signature(statement, _keys(keys))]
    if alerts:
        checks.append(_alerts(statement, alerts))
    holds = all(check.holds for check in checks)
    if as_json:
        print_json({"proven": holds, "count": statement, "checks": [check._asdict() for check in checks]})
    else:
        _say(statement, checks, holds)
    return Outcome.DONE if holds else Outcome.REFUSED


def _say(statement: AlertCount, checks: list[Check], holds: bool) -> None:
    numbers = f"{statement.first} to {statement.last}" if statement.count else f"none after {statement.before}"
    typer.echo(f"{statement.bank}, {statement.day}: {statement.count:,} alerts, {numbers}")
    for check in checks:
        typer.echo(f"{'holds' if check.holds else 'WRONG'}  {check.what}: {check.detail}")
    typer.echo("proven" if holds else "not proven")


def _signature(statement: AlertCount, keys: signatures.PublicKeys) -> Check:
    pem = next((key.pem for key in keys.keys if key.id == statement.signed_by), None)
    if pem is None:
        return Check("signature", False, f"key {statement.signed_by} is not one of the service's")
    try:
        signatures.public_key(pem).verify(base64.b64decode(statement.signature), signed_part(statement))
    except (InvalidSignature, ValueError):
        return Check("signature", False, f"key {statement.signed_by} did not sign this statement")
    return Check("signature", True, f"signed by key {statement.signed_by}")


def _alerts(statement: AlertCount, file: Path) -> Check:
    lines = file.read_bytes().splitlines()
    mine = counted(statement.bank, statement.day, statement.before, lines, statement.signed_by)
    if mine == replace(statement, signature=""):
        return Check("alerts", True, f"{mine.count:,} are there, byte for byte")
    if mine.count != statement.count:
        return Check("alerts", False, f"found {mine.count:,}, expected {statement.count:,}")
    return Check("alerts", False, "as many as expected, but their digest is another")


def _keys(file: Path | None) -> signatures.PublicKeys:
    if file:
        return _decoded(signatures.PublicKeys, file.read_bytes(), str(file), "what /v1/keys gives")
    settings = Settings()
    with ApiClient(settings) as api:
        return _decoded(signatures.PublicKeys, api.get("/v1/keys"), settings.api_url, "what /v1/keys gives")


def _decoded(model: type[T], raw: bytes, where: str, expected: str) -> T:
    try:
        return msgspec.json.decode(raw, type=model)
    except msgspec.DecodeError as error:
        raise WrongUseError(f"{where}: {error}, expected {expected}") from error
