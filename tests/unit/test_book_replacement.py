"""A replacement that would end more than half of a book is asked for twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consumers.books import watchlist
from consumers.books.watchlist import BookShrinksError, WatchRow
from liancheng import codec
from liancheng.settings import Settings
from service.engines.book_replacement import BookReplacement
from service.engines.upload_store import Upload
from service.web.problems import problem_of
from tests.bank_material import uscc

BANK = "bank-a"
STANDING = [WatchRow(uscc(number), f"K-{number}") for number in range(10)]


class Book:
    """The live watches and the keeper: what is written is kept in `written`."""

    def __init__(self, rows: list[WatchRow]) -> None:
        self._watches = watchlist.watches_of(BANK, rows)
        self.written: list[Any] = []

    def after(self, bank: str) -> Iterator[tuple[str, bytes]]:
        assert bank == BANK
        return ((code, codec.encode(self._watches[code])) for code in sorted(self._watches))

    def change(self, bank: str, plan: Any, written: Any) -> None:
        assert bank == BANK
        self.written = list(plan())
        written(len(self.written))


def replaced(home: Path, rows: list[WatchRow], *, confirm: bool = False, refused: int = 0) -> tuple[Upload, Book]:
    book: Any = Book(STANDING)
    replacement = BookReplacement(Settings(home=home), book, book)
    replacement.start()
    upload = Upload(id="upload-1", rows=len(rows), refused=refused)
    replacement.store.receive(BANK, upload, list(enumerate(rows, 2)), ())
    try:
        return replacement.apply(BANK, upload, confirm), book
    finally:
        if not book.written:
            kept = replacement.upload(BANK, upload.id)
            assert kept.state == "receiving", "it can be confirmed"


def test_more_than_half_is_refused_with_both_counts_and_taken_once_it_is_confirmed(tmp_path: Path) -> None:
    with pytest.raises(BookShrinksError, match="ends 6 of 10 watches, more than half") as caught:
        replaced(tmp_path, STANDING[:4])
    problem = problem_of(caught.value)
    assert (problem.slug, problem.members) == ("book-shrinks", {"removed": 6, "standing": 10})
    done, book = replaced(tmp_path, STANDING[:4], confirm=True)
    assert (done.state, done.removed, len(book.written)) == ("done", 6, 6)


def test_half_of_a_book_and_a_book_of_others_beside_it(tmp_path: Path) -> None:
    assert replaced(tmp_path, STANDING[:5])[0].removed == 5
    with pytest.raises(BookShrinksError, match="ends 10 of 10"):
        replaced(tmp_path, [WatchRow(uscc(number), "K") for number in range(20, 60)])


def test_a_refused_row_keeps_everything_so_nothing_needs_a_confirmation(tmp_path: Path) -> None:
    assert replaced(tmp_path, [*STANDING[:1], WatchRow(uscc(30), "K")], refused=1)[0].removed == 0


def test_the_first_book_of_a_bank_ends_nothing() -> None:
    watchlist.require_confirmed(BANK, 0, 0)
    with pytest.raises(BookShrinksError):
        watchlist.require_confirmed(BANK, 1, 1)
