"""`publish --check`: what would become of a file's rows, with no broker and nothing sent."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cli.agency.answers import Answer, answer
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.intake.documents import Place, State, event_key, fold
from liancheng.text.provinces import PROVINCES
from producers.door import turned_away
from producers.rows import EventRow


def check(rows: Sequence[EventRow], province: str) -> list[Answer]:
    """Each row folded as `standardise` would, in the file's order, as if no document had been published before.

    Raises:
        WrongUseError: `province` is no division code of a province.
    """
    if province not in PROVINCES:
        raise WrongUseError(f"found province {province!r}, expected a code of GB/T 2260, as 310000")
    documents: dict[str, State | None] = {}
    now = datetime.now(UTC)
    return [_check(row, Place(province, "", 0, number, now), documents) for number, row in enumerate(rows)]


def _check(row: EventRow, place: Place, documents: dict[str, State | None]) -> Answer:
    if row.event is None:
        return Answer(row, "refused", row.findings)
    raw = codec.encode(row.event)
    if why := turned_away(row.event, raw):
        return Answer(row, "refused", (why,))
    key = event_key(place.province, row.event)
    receipt = fold(documents.get(key), raw, place._replace(key=key), place.submitted_at).receipt
    documents[key] = receipt.document
    return answer(row, receipt)
