"""`book match` and `book digest`: a bank's customers and the list, matched at the bank."""

import csv
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from cli.shared import words
from cli.shared.durations import duration
from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson, Cutoff
from cli.shared.terminal import print_json, progress, read_input, say
from consumers.books import customers
from consumers.books.customers import Customer
from consumers.sdk import local_list
from consumers.sdk.book_match import BookMatch, Matcher
from consumers.sdk.local_list import CopyState, LocalList
from liancheng.errors import UnavailableError, WrongUseError
from liancheng.naming import CUTOFF
from liancheng.settings import Settings

MaxAge = Annotated[
    str, typer.Option("--max-age", metavar="DURATION", help="Refuse to answer from an older copy: 30m, 24h, 7d.")
]

_FOLLOW_S = 1.0  # between two looks at the list
_COLUMNS = ("line", "customer_ref", "asked", "by", "uscc", "name", "level", "score", "matched", "reasons")

app = typer.Typer(no_args_is_help=True)


@app.command("match")
def match(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, xlsx or JSON lines: uscc, name, customer_ref.")],
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Then print a line for each change of a match.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Fetch nothing; match with the copy as it is.")] = False,
    max_age: MaxAge = "24h",
    cutoff: Cutoff = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Also print companies that are clear but have a history.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Find customers that are on the list, by USCC or by name.

    Nothing about them leaves this machine. Prints CSV. Exit code 2 if a row was refused.
    """
    if follow and offline:
        raise WrongUseError("found --follow and --offline, expected one of them")
    rows = customers.read(*read_input(file))
    refused = [(row.line, row.refused.detail) for row in rows.customers() if row.refused]
    book = [row for row in rows.customers() if row.refused is None]
    for note in (*rows.notes, *(f"line {line}: {detail}" for line, detail in refused)):
        say(note)
    settings = Settings()
    with local_list.opened(settings) as copy:
        standing = _fresh(settings, copy, max_age, fetch=not offline)
        printer = _MatchPrinter(CUTOFF if cutoff is None else cutoff, as_json)
        with progress("customers matched", len(book)) as advance:
            count = printer.print_all(Matcher(copy, copy.entries()), book, clear, advance)
        say(f"{len(book):,} customers, {count:,} matches, {len(refused):,} rows refused; {_age(standing)}")
        if follow:
            _follow(settings, copy, printer, book)
    return ExitCode.REFUSED if refused else ExitCode.DONE


@app.command("digest")
def digest(max_age: MaxAge = "24h", as_json: AsJson = False) -> None:
    """Print the fingerprint of the local copy. It equals that of `list digest` if both hold the same list."""
    settings = Settings()
    with local_list.opened(settings) as copy:
        standing = _fresh(settings, copy, max_age, fetch=True)
        fingerprint = copy.digest()
    if as_json:
        print_json({"digest": fingerprint, **standing._asdict()})
    else:
        typer.echo(f"{fingerprint}  {standing.entries:,} entries")
        typer.echo(_age(standing))


def _fresh(settings: Settings, copy: LocalList, max_age: str, *, fetch: bool) -> CopyState:
    """Brings the copy up to date if that is possible. Raises an error if it is too old."""
    limit_s = duration(max_age, "--max-age").total_seconds()
    if fetch:
        try:
            with progress("entries of the list") as advance:
                copy.refresh(settings, advance)
        except UnavailableError as error:
            say(f"the list cannot be fetched ({error}): using the copy unless it is too old")
    return copy.check_fresh(limit_s)


def _age(standing: CopyState) -> str:
    age = "of unknown age" if standing.age_s is None else f"{standing.age_s:,.0f} s old"
    return f"the copy of the list is {age}, {standing.entries:,} entries, {words.complete(standing.complete_to)}"


class _MatchPrinter:
    """Prints matches as CSV or JSON lines."""

    def __init__(self, cutoff: float, as_json: bool) -> None:
        self._cutoff = cutoff
        self._as_json = as_json
        self._csv = csv.writer(sys.stdout)
        if not as_json:
            self._csv.writerow(_COLUMNS)

    def print_all(
        self, matcher: Matcher, book: Iterable[Customer], clear: bool, advance: Callable[[int], None] = lambda _: None
    ) -> int:
        """Prints the matches of all customers, the clear ones only if `clear`. Returns how many it printed."""
        count = 0
        for customer in book:
            for match in matcher.matches(customer, self._cutoff):
                if match.level != "clear" or clear:
                    self._print(match)
                    count += 1
            advance(1)
        return count

    def _print(self, match: BookMatch) -> None:
        if self._as_json:
            print_json(match)
            return
        reasons = "; ".join(reason.text for reason in match.reasons)
        row = [getattr(match, column) for column in _COLUMNS[:6]]
        self._csv.writerow([*row, words.level(match.level), f"{match.score:.3f}", match.matched or "", reasons])


def _follow(settings: Settings, copy: LocalList, printer: _MatchPrinter, book: list[Customer]) -> None:
    """Prints a line for each customer whose match has changed, also when it has become clear. Until Ctrl-C."""
    while True:
        sys.stdout.flush()
        time.sleep(_FOLLOW_S)
        try:
            changed = copy.refresh(settings)
        except UnavailableError as error:
            say(f"{error}; trying again")
            continue
        if changed:
            entries = [entry for entry in map(copy.entry, sorted(changed)) if entry]
            affected = [customer for customer in book if customer.uscc is None or customer.uscc in changed]
            printer.print_all(Matcher(copy, entries), affected, clear=True)
