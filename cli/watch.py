"""`watch`: a bank's file becomes watches."""

from contextlib import closing
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson, OfBank
from cli.shared.terminal import print_json, progress, read_input, say
from consumers.books import book, watch_file, watchlist
from consumers.books.watch_file import RefusedWatchRow, WatchFile
from consumers.books.watchlist import Book, BookChange, Difference
from consumers.sdk.http_book import HttpBook
from liancheng.errors import WrongUseError
from liancheng.settings import Settings
from liancheng.text.findings import sentence
from transport import admin

Mode = Literal["add", "remove", "replace"]

_SHOWN_ROWS = 20  # refused rows on the screen; --refused-to has them all


def watch(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="CSV, xlsx or JSON lines: uscc, customer_ref, role; min_level, kinds, provinces."
        ),
    ],
    bank: OfBank,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="End the watches of the file.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Make the whole book exactly the file.")] = False,
    refused_to: Annotated[
        Path | None,
        typer.Option("--refused-to", metavar="FILE", help="Write refused rows and the reasons there, as CSV."),
    ] = None,
    as_json: AsJson = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="With a key and --replace: continue an interrupted upload of this file.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --replace: also if that ends more than half of the book.")
    ] = False,
) -> int:
    """Watch the companies of a file.

    Customer references are added to existing watches. With LIANCHENG_API_KEY it goes over HTTP, as for a bank;
    without it to Kafka, as for the office. Exit code 2 if a row was refused.
    """
    if remove and replace:
        raise WrongUseError("found --remove and --replace, expected one of them")
    raw, name = read_input(file)
    rows = watch_file.read(raw, name, needs_reference=not remove)
    settings = Settings()
    if refused_to:
        refused_to.write_text(watch_file.refused_csv(rows), "utf-8-sig", newline="")
    mode: Mode = "remove" if remove else "add"
    if replace and not rows.refused:  # a refused row may be a customer who must not be lost
        mode = "replace"
    if settings.api_key is None:
        change = _over_kafka(settings, bank, rows, mode, dry_run, yes=yes)
    else:
        change = _over_http(settings, bank, rows, mode, dry_run, resume=resume, yes=yes)
    counts = {
        "added": change.added,
        "changed": change.changed,
        "removed": change.removed,
        "unchanged": change.unchanged,
        "refused": len(rows.refused),
    }
    if as_json:
        for row in rows.refused:
            print_json({"line": row.line, "findings": row.findings})
        print_json({"bank": bank, **counts, "dry_run": dry_run})
    else:
        _print_notes(rows, refused_to)
        if replace and rows.refused:
            say("nothing was removed from the book because rows were refused: correct them and replace again")
        typer.echo(f"{bank}: {_sentence(counts, bool(change.writes), dry_run)}")
    return ExitCode.REFUSED if rows.refused else ExitCode.DONE


def _over_kafka(settings: Settings, bank: str, rows: WatchFile, mode: Mode, dry_run: bool, *, yes: bool) -> BookChange:
    """The office has the right to write the topic of watches."""
    admin.require_bank(settings, bank)
    if dry_run:
        return _difference(bank, rows, book.read(settings, bank), mode).counts
    taken = book.TakenBook(settings, bank)
    difference = _difference(bank, rows, taken.watches, mode)
    if mode == "replace" and not yes:
        watchlist.require_confirmed(bank, len(difference.removed), len(taken.watches))
    with progress("watches written", difference.writes) as advance:
        return taken.apply(difference, advance)


def _over_http(
    settings: Settings, bank: str, rows: WatchFile, mode: Mode, dry_run: bool, *, resume: bool, yes: bool
) -> BookChange:
    """A bank uses its key."""
    with closing(HttpBook(settings, bank)) as http_book:
        if dry_run:
            return _difference(bank, rows, http_book.read(), mode).counts
        with progress("rows sent", len(rows.rows)) as advance:
            if mode == "remove":
                return http_book.remove(rows.rows, advance)
            if mode == "replace":
                return http_book.replace(rows.rows, resume, yes, advance)
            return http_book.add(rows.rows, advance)


def _difference(bank: str, rows: WatchFile, standing: Book, mode: Mode) -> Difference:
    if mode == "remove":
        return watchlist.removing(standing, rows.rows)
    if mode == "replace":
        return watchlist.replacing(standing, watchlist.watches_of(bank, rows.rows))
    return watchlist.adding(bank, standing, rows.rows)


def _sentence(counts: dict[str, int], changes: bool, dry_run: bool) -> str:
    figures = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    if not changes:
        return f"nothing {'would change' if dry_run else 'changed'} ({figures})"
    return f"{'would be: ' if dry_run else ''}{figures}"


def _print_notes(rows: WatchFile, refused_to: Path | None) -> None:
    for note in rows.notes:
        say(note)
    if rows.ignored:
        say(f"not read: the columns {', '.join(rows.ignored)}")
    _print_refused(rows.refused, refused_to)


def _print_refused(refused: tuple[RefusedWatchRow, ...], refused_to: Path | None) -> None:
    for row in refused[:_SHOWN_ROWS]:
        for finding in row.findings:
            say(f"line {row.line}: {sentence(finding)}")
    if len(refused) > _SHOWN_ROWS:
        place = refused_to or "--refused-to FILE writes them all"
        say(f"… and {len(refused) - _SHOWN_ROWS:,} more refused rows ({place})")
