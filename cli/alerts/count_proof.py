"""Whether a day's count of alerts is signed by the service, and whether somebody's alerts are those it counted."""

from collections.abc import Sequence

from msgspec.structs import replace

from consumers.reading import signatures
from consumers.sdk.screening_proof import Check
from liancheng.records.alert_counts import AlertCount, counted


def signature(statement: AlertCount, keys: signatures.PublicKeys) -> Check:
    return Check("signature", *signatures.verified(statement, keys))


def alerts(statement: AlertCount, lines: Sequence[bytes]) -> Check:
    own = counted(statement.bank, statement.day, statement.before, lines, statement.signed_by)
    if own == replace(statement, signature=""):
        return Check("alerts", True, f"all {own.count:,} are there, byte for byte")
    if own.count != statement.count:
        return Check("alerts", False, f"found {own.count:,}, expected {statement.count:,}")
    return Check("alerts", False, "as many as expected, but their digest is different")
