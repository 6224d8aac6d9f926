"""`watch`: a bank's file becomes watches."""

import sys
from pathlib import Path
from typing import NamedTuple

import typer

from cli.terminal import Outcome, print_json, progress, say
from consumers import book, watch_file, watchlist
from consumers.watch_file import Refused, WatchFile
from consumers.watchlist import Book, Difference
from liancheng.errors import WrongUseError
from liancheng.settings import Settings
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


def run(wish: Wish) -> int:
    if wish.remove and wish.replace:
        raise WrongUseError("found --remove and --replace, expected one of them")
    raw = sys.stdin.buffer.read() if str(wish.file) == "-" else wish.file.read_bytes()
    found = watch_file.read(raw, str(wish.file), needs_reference=not wish.remove)
    settings = Settings()
    admin.require_bank(settings, wish.bank)
    if wish.refused_to:
        wish.refused_to.write_text(watch_file.refused_csv(found), "utf-8-sig", newline="")
    if wish.dry_run:
        difference = difference_of(wish, found, book.read(settings, wish.bank))
    else:
        with book.taken(settings, wish.bank) as taken:
            difference = difference_of(wish, found, taken.watches)
            with progress("watches written", difference.writes) as advance:
                taken.apply(difference, advance)
    _tell(wish, found, difference)
    return Outcome.REFUSED if found.refused else Outcome.DONE


def difference_of(wish: Wish, found: WatchFile, standing: Book) -> Difference:
    """What the file changes. A row that was refused may be a customer who must not be lost: nothing is removed then."""
    if wish.remove:
        return watchlist.removing(standing, found.rows)
    if wish.replace and not found.refused:
        return watchlist.replacing(standing, watchlist.watches_of(wish.bank, found.rows))
    return watchlist.adding(wish.bank, standing, found.rows)


def _tell(wish: Wish, found: WatchFile, difference: Difference) -> None:
    counts = {
        "added": len(difference.added),
        "changed": len(difference.changed),
        "removed": len(difference.removed),
        "unchanged": difference.unchanged,
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
    typer.echo(_sentence(wish, counts, bool(difference.writes)))


def _sentence(wish: Wish, counts: dict[str, int], changes: bool) -> str:
    figures = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    if not changes:
        return f"{wish.bank}: nothing {'would change' if wish.dry_run else 'changed'} ({figures})"
    return f"{wish.bank}: {'would be: ' if wish.dry_run else ''}{figures}"


def _name(refused: tuple[Refused, ...], refused_to: Path | None) -> None:
    for row in refused[:_SHOWN]:
        for finding in row.findings:
            say(f"line {row.line}: {watch_file.sentence(finding)}")
    if len(refused) > _SHOWN:
        say(f"… and {len(refused) - _SHOWN:,} refused rows more ({refused_to or '--refused-to FILE writes them all'})")
