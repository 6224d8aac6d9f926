"""`book match` and `book digest`: a bank's customers and the list, put together at the bank."""

import csv
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import typer

from cli import words
from cli.durations import duration
from cli.list.entry import complete
from cli.terminal import Outcome, print_json, progress, say
from consumers.books.watch_file import Refused
from consumers.sdk import local_list
from consumers.sdk.book_match import BookMatch, Customer, Matcher, customers
from consumers.sdk.local_list import LocalList, Standing
from liancheng.errors import UnavailableError, WrongUseError
from liancheng.naming import CUTOFF
from liancheng.settings import Settings
from liancheng.text.findings import sentence

_EVERY_S = 1.0  # between two looks at the list when following
_COLUMNS = ("line", "customer_ref", "asked", "by", "uscc", "name", "level", "score", "matched", "reasons")


class Wish(NamedTuple):
    file: Path
    follow: bool
    offline: bool
    max_age: str
    cutoff: float | None
    clear: bool
    as_json: bool


def run(wish: Wish) -> int:
    if wish.follow and wish.offline:
        raise WrongUseError("found --follow and --offline, expected one of them")
    raw = sys.stdin.buffer.read() if str(wish.file) == "-" else wish.file.read_bytes()
    rows = list(customers(raw, str(wish.file)))
    refused = [row for row in rows if isinstance(row, Refused)]
    book = [row for row in rows if isinstance(row, Customer)]
    for row in refused:
        say(f"line {row.line}: {' | '.join(map(sentence, row.findings))}")
    limit_s = duration(wish.max_age, "--max-age").total_seconds()
    settings = Settings()
    with local_list.opened(settings) as copy:
        standing = _fresh(settings, copy, limit_s, fetch=not wish.offline)
        out = _Out(wish)
        with progress("customers matched", len(book)) as advance:
            found = out.all(Matcher(copy, copy.entries()), book, advance)
        say(f"{len(book):,} customers, {found:,} matches, {len(refused):,} rows refused; {_age(standing)}")
        if wish.follow:
            _follow(settings, copy, out, book)
    return Outcome.REFUSED if refused else Outcome.DONE


def digest(max_age: str, as_json: bool) -> int:
    settings = Settings()
    with local_list.opened(settings) as copy:
        standing = _fresh(settings, copy, duration(max_age, "--max-age").total_seconds(), fetch=True)
        fingerprint = copy.digest()
    if as_json:
        print_json({"digest": fingerprint, **standing._asdict()})
    else:
        typer.echo(f"{fingerprint}  {standing.entries:,} entries")
        typer.echo(_age(standing))
    return Outcome.DONE


def _fresh(settings: Settings, copy: LocalList, limit_s: float, *, fetch: bool) -> Standing:
    """The copy, brought up to date where that can be done, and refused where it is too old."""
    if fetch:
        try:
            with progress("entries of the list") as advance:
                copy.refresh(settings, advance)
        except UnavailableError as error:
            say(f"the list cannot be fetched ({error}): matching with the copy, where it is not too old")
    return copy.check_fresh(limit_s)


def _age(standing: Standing) -> str:
    age = "of unknown age" if standing.age_s is None else f"{standing.age_s:,.0f} s old"
    return f"the copy of the list is {age}, {standing.entries:,} entries, {complete(standing.complete_to)}"


class _Out:
    """Writes matches, as CSV or JSON lines."""

    def __init__(self, wish: Wish) -> None:
        self._cutoff = CUTOFF if wish.cutoff is None else wish.cutoff
        self._clear = wish.clear
        self._as_json = wish.as_json
        self._csv = csv.writer(sys.stdout)
        if not wish.as_json:
            self._csv.writerow(_COLUMNS)

    def all(self, matcher: Matcher, book: Iterable[Customer], advance: object, clear: bool = False) -> int:
        """Write the matches of all customers; returns how many there are."""
        count = 0
        for customer in book:
            for match in matcher.matches(customer, self._cutoff):
                if match.level != "clear" or self._clear or clear:
                    self._write(match)
                    count += 1
            if callable(advance):
                advance(1)
        return count

    def _write(self, match: BookMatch) -> None:
        if self._as_json:
            print_json(match)
            return
        reasons = "; ".join(reason.text for reason in match.reasons)
        row = [getattr(match, column) for column in _COLUMNS[:-1]]
        self._csv.writerow([*row[:6], words.level(match.level), f"{match.score:.3f}", match.matched or "", reasons])


def _follow(settings: Settings, copy: LocalList, out: _Out, book: list[Customer]) -> None:
    """A line for each customer whose match has changed, also when it has become clear. Until Ctrl-C."""
    while True:
        sys.stdout.flush()
        time.sleep(_EVERY_S)
        try:
            changed = copy.refresh(settings)
        except UnavailableError as error:
            say(f"{error}; trying again")
            continue
        if changed:
            entries = [entry for entry in map(copy.entry, sorted(changed)) if entry]
            touched = [one for one in book if one.uscc is None or one.uscc in changed]
            out.all(Matcher(copy, entries), touched, None, clear=True)
