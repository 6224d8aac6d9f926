"""Books of companies: rows screened together, each answered for itself, all under one receipt."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from consumers.books.customers import ScreeningRow
from consumers.view.reader import AsyncView
from liancheng.answers.screening_answers import AskedRow, RowError, ScreenedRow, Summary
from liancheng.records.entries import LEVELS, Level
from liancheng.records.screening_receipts import Asked, ListPosition, canonical, rows_digest, sha256
from service.engines.callers import Caller
from service.engines.live_list import LiveList
from service.engines.name_search import NameSearch
from service.engines.receipts import Receipts, company_of, position_of
from service.engines.rows import checked

_MATCHES_PER_NAME = 5
_ROWS_PER_TURN = 200  # before the event loop may answer another request


class BookScreener:
    """Starts the screening of books."""

    def __init__(self, view: AsyncView, live_list: LiveList, names: NameSearch, receipts: Receipts) -> None:
        self.view = view
        self.list = live_list
        self.names = names
        self.receipts = receipts

    async def check_fresh(self) -> None:
        """Raises StaleViewError if no row could be screened at the moment."""
        await self.view.check_fresh()

    def book(self, caller: Caller) -> "BookScreening":
        """Returns an empty book of a caller."""
        return BookScreening(self, caller)


class BookScreening:
    """One book: what became of its rows so far. `position`: where the list stood for the last of them."""

    def __init__(self, screener: BookScreener, caller: Caller) -> None:
        self.rows = self.refused = 0
        self.position: ListPosition | None = None
        self._levels: Counter[Level] = Counter()
        self._digests: list[str] = []
        self._screener = screener
        self._caller = caller

    async def screen(self, rows: Sequence[ScreeningRow]) -> list[bytes]:
        """Returns the next rows as canonical JSON, numbered from where the last ones ended.

        Raises:
            NamesNotReadyError: a row has only a name, and the index is not ready.
            StaleViewError: the view is not filled, or too old.
        """
        questions = [checked(row) for row in rows]
        answer = await self._screener.view.entries(uscc for uscc in questions if isinstance(uscc, str))
        self.position = position_of(answer.position)
        names = [row.name or "" for row in questions if isinstance(row, AskedRow)]
        matches = iter((await self._screener.names.search(names, _MATCHES_PER_NAME)).matches if names else ())
        lines: list[bytes] = []
        standard = self._screener.list.standard
        for number, (row, question) in enumerate(zip(rows, questions, strict=True)):
            if number % _ROWS_PER_TURN == _ROWS_PER_TURN - 1:
                await asyncio.sleep(0)
            screened = ScreenedRow(
                row=self.rows + 1,
                customer_ref=row.customer_ref if isinstance(row, AskedRow) else None,
                company=company_of(question, answer.raw[question], standard) if isinstance(question, str) else None,
                matches=next(matches) if isinstance(question, AskedRow) else None,
                error=question if isinstance(question, RowError) else None,
            )
            lines.append(self._counted(screened))
        return lines

    def _counted(self, row: ScreenedRow) -> bytes:
        line = canonical(row)
        self.rows += 1
        self.refused += row.error is not None
        if row.company:
            self._levels[row.company.level] += 1
        self._digests.append(sha256(line))
        return line

    @property
    def summary(self) -> Summary:
        levels = {level: self._levels[level] for level in LEVELS}
        return Summary(rows=self.rows, refused=self.refused, levels=levels)

    def receipt(self) -> bytes:
        """Returns a receipt for all rows. Raises UnavailableError if receipts cannot be kept."""
        asked, digest = Asked(rows=self.rows), rows_digest(self._digests)
        return self._screener.receipts.make(self._caller, asked, digest, self._screener.list.standard, self.position)

    def end_line(self) -> bytes:
        """Returns the line that ends a stream of rows. Raises as `receipt`."""
        return b'{"type":"end","summary":%b,"receipt":%b}\n' % (canonical(self.summary), self.receipt())
