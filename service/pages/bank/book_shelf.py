"""Books that clerks have uploaded: screened in the background, kept for half an hour, only in this process's memory."""

import asyncio
import logging
import secrets
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from consumers.books.customers import CustomerFile
from liancheng.answers.screening_answers import ScreenedRow, StreamEnd, Summary
from liancheng.records.screening_receipts import ListPosition, ScreeningReceipt
from service.engines.book_screener import BookScreener
from service.engines.callers import Caller
from service.web.limits import ROWS_PER_TOKEN, Limits
from service.web.problems import Problem, problem_of

log = logging.getLogger("liancheng.api")

KEPT_S = 30 * 60
_BOOKS_PER_BANK = 5  # a new one replaces the oldest
_BOOKS_AT_ONCE = 3  # of all banks
_ROWS_PER_STEP = 200  # of the progress: names take milliseconds each

_decode_row = msgspec.json.Decoder(ScreenedRow)
_decode_end = msgspec.json.Decoder(StreamEnd)


@dataclass(eq=False)
class ShelvedBook:
    """One upload. `proof`: what a stream of the same rows answers, compressed; empty until the book is done."""

    id: str
    bank: str
    name: str
    file: CustomerFile
    made: float
    done: int = 0
    summary: Summary | None = None
    receipt: ScreeningReceipt | None = None
    position: ListPosition | None = None
    problem: Problem | None = None
    proof: bytes = field(default=b"", repr=False)
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def ended(self) -> bool:
        return self.summary is not None or self.problem is not None

    def lines(self) -> bytes:
        """Returns the answer and its receipt, as lines of JSON that `liancheng receipt verify` reads."""
        return zlib.decompress(self.proof)

    def screened(self) -> Iterator[ScreenedRow]:
        return (_decode_row.decode(line) for line in self.lines().splitlines()[:-1])


class BookShelf:
    """The books of one process."""

    def __init__(self, screener: BookScreener, limits: Limits) -> None:
        self._screener = screener
        self._limits = limits
        self._books: dict[str, ShelvedBook] = {}
        self._turn = asyncio.Semaphore(_BOOKS_AT_ONCE)

    def add(self, caller: Caller, name: str, file: CustomerFile) -> ShelvedBook:
        """Starts to screen a file."""
        self._clear(caller.bank)
        book = ShelvedBook(secrets.token_urlsafe(16), caller.bank, name, file, time.monotonic())
        self._books[book.id] = book
        book.task = asyncio.create_task(self._run(caller, book))
        return book

    def find(self, id_: str, bank: str) -> ShelvedBook:
        """Raises Problem: not-found, if this bank has no such book, or has it no longer."""
        book = self._books.get(id_)
        if book is None or book.bank != bank or time.monotonic() - book.made > KEPT_S:
            raise Problem("not-found", "results are kept for 30 minutes: upload the file again")
        return book

    def _clear(self, bank: str) -> None:
        now = time.monotonic()
        own = sorted((book for book in self._books.values() if book.bank == bank), key=lambda book: book.made)
        old = [book for book in self._books.values() if now - book.made > KEPT_S]
        for book in old + own[: 1 - _BOOKS_PER_BANK or None]:
            self._books.pop(book.id, None)
            if book.task and not book.ended:
                book.task.cancel()

    async def _run(self, caller: Caller, book: ShelvedBook) -> None:
        try:
            async with self._turn:
                await self._screen(caller, book)
        except Exception as error:
            book.problem = problem_of(error)
            if book.problem.slug == "internal":
                log.exception("a book could not be screened")

    async def _screen(self, caller: Caller, book: ShelvedBook) -> None:
        screening = self._screener.book(caller)
        lines: list[bytes] = []
        for first in range(0, len(book.file.rows), _ROWS_PER_STEP):
            rows = book.file.rows[first : first + _ROWS_PER_STEP]
            await asyncio.sleep(self._limits.wait_s(caller.bank, caller.rate, len(rows) / ROWS_PER_TOKEN))
            lines += await screening.screen(rows)
            book.position, book.done = screening.position, screening.rows
        end = screening.end_line()
        book.receipt = _decode_end.decode(end).receipt
        book.proof = await asyncio.to_thread(zlib.compress, b"\n".join([*lines, end]), 1)
        book.summary = screening.summary
