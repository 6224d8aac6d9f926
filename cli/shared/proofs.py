"""Checks of something that the service signed, and its public keys."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import typer

from consumers.reading.signatures import PublicKeys
from consumers.sdk.api_client import ApiClient
from consumers.sdk.screening_proof import Check
from liancheng.errors import WrongUseError
from liancheng.settings import Settings

_SHOWN_CHECKS = 20  # of those that hold


def public_keys(settings: Settings, file: Path | None) -> PublicKeys:
    """The keys of a saved answer of /v1/keys, or of the service. Raises WrongUseError if it is something else."""
    if file is None:
        with ApiClient(settings) as api:
            raw = api.get("/v1/keys")
    else:
        raw = file.read_bytes()
    try:
        return msgspec.json.decode(raw, type=PublicKeys)
    except msgspec.DecodeError as error:
        raise WrongUseError(f"{file or settings.api_url}: {error}, expected the answer of /v1/keys") from error


def proven(checks: Sequence[Check]) -> bool:
    return all(check.holds for check in checks)


def print_checks(checks: Sequence[Check]) -> None:
    """The checks that fail; if none does, those that hold, and that it is proven."""
    wrong = [check for check in checks if not check.holds]
    for check in wrong or checks[:_SHOWN_CHECKS]:
        typer.echo(f"{'holds' if check.holds else 'WRONG'}  {check.what}: {check.detail}")
    if not wrong and len(checks) > _SHOWN_CHECKS:
        typer.echo(f"holds  and {len(checks) - _SHOWN_CHECKS:,} more entries")
    typer.echo("not proven" if wrong else "proven")
