"""Whether a day's count of alerts is signed by the service, and whether somebody's alerts are those it counted."""

import base64
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from msgspec.structs import replace

from consumers.reading import signatures
from consumers.sdk.screening_proof import Check
from liancheng.records.alert_counts import AlertCount, counted
from liancheng.records.screening_receipts import signed_part


def signature(statement: AlertCount, keys: signatures.PublicKeys) -> Check:
    pem = next((key.pem for key in keys.keys if key.id == statement.signed_by), None)
    if pem is None:
        return Check("signature", False, f"key {statement.signed_by} is not one of the service's")
    try:
        signatures.public_key(pem).verify(base64.b64decode(statement.signature), signed_part(statement))
    except (InvalidSignature, ValueError):
        return Check("signature", False, f"key {statement.signed_by} did not sign this statement")
    return Check("signature", True, f"signed by key {statement.signed_by}")


def alerts(statement: AlertCount, lines: Sequence[bytes]) -> Check:
    own = counted(statement.bank, statement.day, statement.before, lines, statement.signed_by)
    if own == replace(statement, signature=""):
        return Check("alerts", True, f"all {own.count:,} are there, byte for byte")
    if own.count != statement.count:
        return Check("alerts", False, f"found {own.count:,}, expected {statement.count:,}")
    return Check("alerts", False, "as many as expected, but their digest is different")
