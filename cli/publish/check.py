"""`publish --check`: what would become of a file's rows, without a broker and with nothing sent."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cli.publish.results import Result
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.intake.documents import EventPosition, State, event_key, fold
from liancheng.text.provinces import PROVINCES
from producers.door import natural_person, too_large
from producers.rows import EventRow


def check_rows(rows: Sequence[EventRow], province: str) -> list[Result]:
    """Folds each row as `standardise` would, in the file's order, as if no document had been published before.

    Raises:
        WrongUseError: `province` is no division code of a province.
    """
    if province not in PROVINCES:
        raise WrongUseError(f"found province {province!r}, expected a code of GB/T 2260, such as 310000")
    documents: dict[str, State | None] = {}
    now = datetime.now(UTC)
    return [_check(row, EventPosition(province, "", 0, number, now), documents) for number, row in enumerate(rows)]


def _check(row: EventRow, place: EventPosition, documents: dict[str, State | None]) -> Result:
    if row.event is None:
        return Result(row, "refused", row.findings)
    raw = codec.encode(row.event)
    if refusal := natural_person(row.event) or too_large(raw):
        return Result(row, "refused", (refusal,))
    key = event_key(place.province, row.event)
    receipt = fold(documents.get(key), raw, place._replace(key=key), place.submitted_at).receipt
    documents[key] = receipt.document
    return Result.of(row, receipt)
