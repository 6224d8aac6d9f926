"""Output: facts go to stdout, progress and errors to stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from liancheng.codec import encode

_REPORT_EVERY_S = 5.0
_EXCEL_BOM = b"\xef\xbb\xbf"  # without it Excel reads UTF-8 as GBK


def say(line: str) -> None:
    """Prints one line of progress on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def print_json(model: Any) -> None:
    """Prints one fact as one line of JSON on stdout, as it is on the topics."""
    sys.stdout.buffer.write(encode(model) + b"\n")


def read_input(file: Path | str) -> tuple[bytes, str]:
    """Returns a file's bytes and its name for messages; `-` is stdin."""
    if str(file) == "-":
        return sys.stdin.buffer.read(), "stdin"
    return Path(file).read_bytes(), str(file)


def write_output(data: bytes, output: Path | None, *, for_excel: bool) -> None:
    """Writes to a file, or to stdout if `output` is None."""
    if output:
        output.write_bytes(_EXCEL_BOM + data if for_excel else data)
    else:
        sys.stdout.buffer.write(data)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Shows how far long work is. Yields a function that takes how many more are done.

    A bar on a terminal if the total is known, otherwise a line every five seconds, so that a log stays readable.
    """
    if total and sys.stderr.isatty():
        with typer.progressbar(length=total, label=label, show_pos=True, file=sys.stderr) as bar:
            yield bar.update
    else:
        yield _progress_lines(label, total)


def _progress_lines(label: str, total: int | None) -> Callable[[int], None]:
    done, reported_at = 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, reported_at
        done += more
        if time.monotonic() - reported_at >= _REPORT_EVERY_S:
            reported_at = time.monotonic()
            say(f"{label}: {done:,}" + (f" of {total:,}" if total else ""))

    return advance
