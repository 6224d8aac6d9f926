"""Rows of a book: screened together, each answered for itself."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from liancheng.answers.screening_answers import AskedRow, RowError, ScreenedRow, Summary
from liancheng.records.entries import LEVELS, Level
from liancheng.records.screening_receipts import ListPosition, canonical, rows_digest, sha256
from liancheng.text.findings import sentence
from liancheng.text.identity import check_uscc
from service.engines import names
from service.engines.answers import company, position_of
from service.web.services import Services

_MATCHES = 5  # for each name
_AT_ONCE = 200  # rows between two looks at whether somebody else waits
_LONGEST_NAME, _LONGEST_REF = 200, 200

ScreeningRow = AskedRow | RowError  # what was read: a row, or why it is none


class Screened(NamedTuple):
    """Rows as canonical JSON, and where the list stood."""

    lines: list[bytes]
    position: ListPosition


class Tally:
    """What a book has come to: its counts and the digests of its rows."""

    def __init__(self) -> None:
        self.rows = self.refused = 0
        self.levels: Counter[Level] = Counter()
        self._digests: list[str] = []

    def add(self, row: ScreenedRow, line: bytes) -> None:
        self.rows += 1
        self.refused += row.error is not None
        if row.company:
            self.levels[row.company.level] += 1
        self._digests.append(sha256(line))

    @property
    def digest(self) -> str:
        return rows_digest(self._digests)

    @property
    def summary(self) -> Summary:
        return Summary(rows=self.rows, refused=self.refused, levels={level: self.levels[level] for level in LEVELS})


async def screen(here: Services, rows: Sequence[ScreeningRow], tally: Tally) -> Screened:
    """Screen rows, whose numbers go on from the tally.

    Raises:
        Problem: names are asked for, and their index is not ready.
        StaleViewError: the view is not filled, or too old.
    """
    checked = [_checked(row) for row in rows]
    answer = await here.view.entries(one for one in checked if isinstance(one, str))
    position = position_of(answer.position)
    wanted = [one.name or "" for one in checked if isinstance(one, AskedRow)]
    matches = iter((await names.search(here, wanted, _MATCHES)).matches) if wanted else iter(())
    lines: list[bytes] = []
    standard = here.list.standard
    for number, (row, one) in enumerate(zip(rows, checked, strict=True)):
        if number % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)
        found = ScreenedRow(
            row=tally.rows + 1,
            customer_ref=row.customer_ref if isinstance(row, AskedRow) else None,
            company=company(one, answer.raw[one], standard) if isinstance(one, str) else None,
            matches=next(matches) if isinstance(one, AskedRow) else None,
            error=one if isinstance(one, RowError) else None,
        )
        line = canonical(found)
        tally.add(found, line)
        lines.append(line)
    return Screened(lines, position)


def _checked(row: ScreeningRow) -> str | AskedRow | RowError:
    """A USCC, or the row whose name is to be searched, or what is wrong."""
    if isinstance(row, RowError):
        return row
    if len(row.customer_ref or "") > _LONGEST_REF:
        return RowError(code="customer-ref-too-long", detail=f"customer_ref: at most {_LONGEST_REF} characters")
    if row.uscc and row.uscc.strip():
        found, wrong = check_uscc(row.uscc)
        return found or RowError(code="bad-uscc", detail=sentence(wrong) if wrong else "")
    name = (row.name or "").strip()
    if not name:
        return RowError(code="nothing-asked", detail="found neither uscc nor name, expected one of them")
    if len(name) > _LONGEST_NAME:
        return RowError(code="name-too-long", detail=f"name: at most {_LONGEST_NAME} characters")
    return row
