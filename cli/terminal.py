"""What commands share: facts go to stdout, progress and errors to stderr. Heavy imports wait until they are needed."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from liancheng.codec import encode

_SAY_EVERY_S = 5.0


class Outcome(IntEnum):
    """Exit codes of every command. Ctrl-C is 130, a closed pipe 141."""

    DONE = 0
    COULD_NOT = 1  # wrong use, no broker, a full disk: one line on stderr says which
    REFUSED = 2  # the work was done, but some events were refused


def say(line: str) -> None:
    """One line of progress, on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def print_json(model: Any) -> None:
    """One fact as one line of JSON on stdout, the same as on the topics."""
    sys.stdout.buffer.write(encode(model) + b"\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Facts for eyes, on stdout. Nothing is cut when it goes to a file or a pipe."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else 10_000, highlight=False, markup=False).print(shown)


@contextmanager
def progress(doing: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Shows how far long work is. Yields a function that takes how many more are done.

    A bar on a terminal; elsewhere a line every five seconds, so that a log stays readable.
    """
    if sys.stderr.isatty():
        with _bar(doing, total) as advance:
            yield advance
    else:
        yield _lines(doing, total)


@contextmanager
def _bar(doing: str, total: int | None) -> Iterator[Callable[[int], None]]:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda more: bar.advance(task, more)


def _lines(doing: str, total: int | None) -> Callable[[int], None]:
    done, said_at = 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, said_at
        done += more
        if time.monotonic() - said_at >= _SAY_EVERY_S:
            said_at = time.monotonic()
            say(f"{doing}: {done:,}" + (f" of {total:,}" if total else ""))

    return advance
