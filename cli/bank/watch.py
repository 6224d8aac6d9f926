"""`watch`: a bank's file becomes watches."""

import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import typer

from cli.terminal import Outcome, print_json, progress, say
from consumers.books import book, watch_file, watchlist
from consumers.books.watch_file import Refused, WatchFile
from consumers.books.watchlist import Book, BookChange, Difference
from liancheng.errors import WrongUseError
from liancheng.settings import Settings
from liancheng.text import findings
from transport import admin

_SHOWN = 20  # refused rows on the screen; --refused-to has them all


class Wish(NamedTuple):
    file: Path
    bank: str
    remove: bool
    replace: bool
    refused_to: Path | None
    as_json: bool
    dry_run: bool
    resume: bool = False


def run(wish: Wish) -> int:
    if wish.remove and wish.replace:
        raise WrongUseError("found --remove and --replace, expected one of them")
    raw = sys.stdin.buffer.read() if str(wish.file) == "-" else wish.file.read_bytes()
    found = watch_file.read(raw, str(wish.file), needs_reference=not wish.remove)
    settings = Settings()
    if wish.refused_to:
        wish.refused_to.write_text(watch_file.refused_csv(found), "utf-8-sig", newline="")
    _tell(wish, found, _over_http(settings, wish, found) if settings.api_key else _on_kafka(settings, wish, found))
    return Outcome.REFUSED if found.refused else Outcome.DONE


def _on_kafka(settings: Settings, wish: Wish, found: WatchFile) -> BookChange:
    """The office's way: it has the right to write the topic of watches."""
    admin.require_bank(settings, wish.bank)
    if wish.dry_run:
        return difference_of(wish, found, book.read(settings, wish.bank)).counts
    with book.taken(settings, wish.bank) as taken:
        difference = difference_of(wish, found, taken.watches)
        with progress("watches written", difference.writes) as advance:
            taken.apply(difference, advance)
    return difference.counts


def _over_http(settings: Settings, wish: Wish, found: WatchFile) -> BookChange:
    """A bank's way: with its key."""
    from consumers.sdk.http_book import HttpBook  # noqa: PLC0415 httpx takes 50 ms

    with closing(HttpBook(settings, wish.bank)) as here:
        if wish.dry_run:
            return difference_of(wish, found, here.read()).counts
        with progress("rows sent", len(found.rows)) as advance:
            if wish.remove:
                return here.remove(found.rows, advance)
            if wish.replace and not found.refused:
                return here.replace(found.rows, wish.resume, advance)
            return here.add(found.rows, advance)


def difference_of(wish: Wish, found: WatchFile, standing: Book) -> Difference:
    """What the file changes. A row that was refused may be a customer who must not be lost: nothing is removed then."""
    if wish.remove:
        return watchlist.removing(standing, found.rows)
    if wish.replace and not found.refused:
        return watchlist.replacing(standing, watchlist.watches_of(wish.bank, found.rows))
    return watchlist.adding(wish.bank, standing, found.rows)


def _tell(wish: Wish, found: WatchFile, change: BookChange) -> None:
    counts = {
        "added": change.added,
        "changed": change.changed,
        "removed": change.removed,
        "unchanged": change.unchanged,
        "refused": len(found.refused),
    }
    if wish.as_json:
        for row in found.refused:
            print_json({"line": row.line, "findings": row.findings})
        print_json({"bank": wish.bank, **counts, "dry_run": wish.dry_run})
        return
    if found.ignored:
        say(f"not read: the columns {', '.join(found.ignored)}")
    _name(found.refused, wish.refused_to)
    if wish.replace and found.refused:
        say("nothing was removed from the book, since rows were refused: mend them and replace again")
    typer.echo(_sentence(wish, counts, bool(change.writes)))


def _sentence(wish: Wish, counts: dict[str, int], changes: bool) -> str:
    figures = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    if not changes:
        return f"{wish.bank}: nothing {'would change' if wish.dry_run else 'changed'} ({figures})"
    return f"{wish.bank}: {'would be: ' if wish.dry_run else ''}{figures}"


def _name(refused: tuple[Refused, ...], refused_to: Path | None) -> None:
    for row in refused[:_SHOWN]:
        for finding in row.findings:
            say(f"line {row.line}: {findings.sentence(finding)}")
    if len(refused) > _SHOWN:
        say(f"… and {len(refused) - _SHOWN:,} refused rows more ({refused_to or '--refused-to FILE writes them all'})")
