"""Books that clerks have uploaded: screened in the background, kept half an hour, in this process's memory alone."""

import asyncio
import logging
import secrets
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from liancheng.answers.screening_answers import ScreenedRow, StreamEnd, Summary
from liancheng.records.screening_receipts import Asked, ListPosition, ScreeningReceipt, canonical
from service.engines import rows
from service.engines.rows import Tally
from service.pages.bank.book_file import BookFile
from service.routes.bank.books import PER_TOKEN
from service.web import problems
from service.web.callers import Caller
from service.web.problems import Problem
from service.web.services import Services

log = logging.getLogger("liancheng.api")

KEPT_S = 30 * 60
_OF_A_BANK = 5  # the oldest goes for a new one
_AT_ONCE = 3  # of all banks
_BATCH = 200  # rows between two looks at the progress: names take milliseconds each

_decode_row = msgspec.json.Decoder(ScreenedRow)
_decode_end = msgspec.json.Decoder(StreamEnd)


@dataclass(eq=False)
class Book:
    """One upload. `proof`: what a stream of the same rows answers, compressed; it is there when the book is done."""

    id: str
    bank: str
    name: str
    file: BookFile
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
        """The answer and its receipt, as lines of JSON that `liancheng receipt verify` reads."""
        return zlib.decompress(self.proof)

    def screened(self) -> Iterator[ScreenedRow]:
        return (_decode_row.decode(line) for line in self.lines().splitlines()[:-1])


class Shelf:
    """The books of one process."""

    def __init__(self) -> None:
        self._books: dict[str, Book] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    def take(self, here: Services, who: Caller, name: str, file: BookFile) -> Book:
        """Begin to screen a file."""
        self._clear(who.bank)
        book = Book(secrets.token_urlsafe(16), who.bank, name, file, time.monotonic())
        self._books[book.id] = book
        book.task = asyncio.create_task(self._run(here, who, book))
        return book

    def find(self, id_: str, bank: str) -> Book:
        """Raises Problem where this bank has no such book, or has it no more."""
        book = self._books.get(id_)
        if book is None or book.bank != bank or time.monotonic() - book.made > KEPT_S:
            raise Problem("not-found", "results are kept for 30 minutes: upload the file again")
        return book

    def _clear(self, bank: str) -> None:
        now = time.monotonic()
        own = sorted((book for book in self._books.values() if book.bank == bank), key=lambda book: book.made)
        gone = [book for book in self._books.values() if now - book.made > KEPT_S] + own[: 1 - _OF_A_BANK or None]
        for book in gone:
            self._books.pop(book.id, None)
            if book.task and not book.ended:
                book.task.cancel()

    async def _run(self, here: Services, who: Caller, book: Book) -> None:
        try:
            async with self._turn:
                await _screen(here, who, book)
        except Exception as error:
            book.problem = problems.of(error)
            if book.problem.slug == "internal":
                log.exception("a book could not be screened")


async def _screen(here: Services, who: Caller, book: Book) -> None:
    tally, lines = Tally(), []
    asked = book.file.rows
    for first in range(0, len(asked), _BATCH):
        some = asked[first : first + _BATCH]
        await asyncio.sleep(here.limits.wait_s(who.bank, who.rate, len(some) / PER_TOKEN))
        screened = await rows.screen(here, some, tally)
        lines += screened.lines
        book.position, book.done = screened.position, tally.rows
    receipt = here.receipts.make(who, Asked(rows=tally.rows), tally.digest, here.list.standard, book.position)
    end = b'{"type":"end","summary":%b,"receipt":%b}\n' % (canonical(tally.summary), receipt)
    book.receipt = _decode_end.decode(end).receipt
    book.proof = await asyncio.to_thread(zlib.compress, b"\n".join([*lines, end]), 1)
    book.summary = tally.summary
