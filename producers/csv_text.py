"""A table in CSV: comma, semicolon or tab; quotes; cells of several lines. A broken row does not stop the others."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from liancheng.errors import WrongUseError
from producers import columns
from producers.rows import Record

HEADER_WITHIN = 20  # rows with anything in them: titles and notes stand above a header, rarely more than three

_DELIMITERS = ",;\t"
_BROKEN_MAX = 100  # rows whose quotes do not match: with more, it is no CSV


def records(text: str, name: str) -> tuple[list[Record], int]:
    """All rows, and the index of the header among them. Raises WrongUseError where the text is no CSV."""
    lines = list(io.StringIO(text, newline=""))
    delimiter, start = _dialect(lines)
    titles = [Record(number, [line.strip()]) for number, line in enumerate(lines[:start], 1)]
    return [*titles, *_records(lines, start, delimiter, name)], len(titles)


def _dialect(lines: list[str]) -> tuple[str, int]:
    """The delimiter and the line under which most headers are known; the first of each where it is a tie."""
    filled = list(islice((number for number, line in enumerate(lines) if line.strip()), HEADER_WITHIN))

    def known(delimiter: str, start: int) -> int:
        try:
            return columns.recognised(next(csv.reader(islice(lines, start, None), delimiter=delimiter)))
        except csv.Error:
            return 0

    return max(((delimiter, start) for start in filled for delimiter in _DELIMITERS), key=lambda one: known(*one))


def _records(lines: list[str], start: int, delimiter: str, name: str) -> Iterator[Record]:
    """After a broken row it goes on with the line below."""
    broken = 0
    while start < len(lines):
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True)
        done = 0
        try:
            for cells in reader:
                yield Record(start + done + 1, cells)
                done = reader.line_num
        except csv.Error as error:
            broken += 1
            if broken > _BROKEN_MAX:
                raise WrongUseError(
                    f"{name}: line {start + done + 1}: {error}; so it is with {broken} rows: expected CSV, "
                    "with cells that hold a comma, a quote or a line break in quotes"
                ) from error
            yield Record(start + done + 1, [lines[start + done].rstrip("\r\n")], str(error))
            done += 1
        start += max(done, 1)
