"""A table in CSV: comma, semicolon or tab; quotes; cells of several lines. A broken row does not stop the others."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from liancheng import findings
from liancheng.errors import WrongUseError
from liancheng.events import Decision
from liancheng.facts import Finding
from producers import columns
from producers.columns import Layout

_DELIMITERS = ",;\t"
_BROKEN_MAX = 100  # rows whose quotes do not match: with more, it is no CSV
_SHORT_NUMBER = re.compile(r"\d{1,7}")
_SEPARATORS = re.compile(r"[;；,，、\s]+")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row and the decision it states, or why it states none. `line` is where it begins in the file.

    `cells` are as they stood; of a row that is out of shape, the first one holds all.
    """

    line: int
    cells: tuple[str, ...]
    event: Decision | None
    findings: tuple[Finding, ...] = ()


def read(text: str, name: str) -> tuple[Layout, list[TableRow]]:
    """The columns and rows of a 双公示 penalty table; empty rows are skipped.

    Raises:
        WrongUseError: the header is none of that table's, or the text is no CSV.
    """
    lines = list(io.StringIO(text, newline=""))
    delimiter, header_line = _dialect(lines)
    records = _records(lines, delimiter, name)
    header = next(cells for line, cells, _ in records if line == header_line)
    layout = columns.lay_out(header, name)
    rows = [_row(*record, layout) for record in records if any(cell.strip() for cell in record[1])]
    return layout, rows


def _dialect(lines: list[str]) -> tuple[str, int]:
    """The delimiter under which most headers are known, and the number of the line they begin on."""
    first = next(number for number, line in enumerate(lines) if line.strip())

    def known(delimiter: str) -> int:
        try:
            return columns.recognised(next(csv.reader(islice(lines, first, None), delimiter=delimiter)))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=known), first + 1


def _records(lines: list[str], delimiter: str, name: str) -> Iterator[tuple[int, list[str], str]]:
    """(line, cells, what is broken about the row). After a broken row it goes on with the line below."""
    start, broken = 0, 0
    while start < len(lines):
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True)
        done = 0
        try:
            for cells in reader:
                yield start + done + 1, cells, ""
                done = reader.line_num
        except csv.Error as error:
            broken += 1
            if broken > _BROKEN_MAX:
                raise WrongUseError(
                    f"{name}: line {start + done + 1}: {error}; so it is with {broken} rows: expected CSV, "
                    "with cells that hold a comma, a quote or a line break in quotes"
                ) from error
            yield start + done + 1, [lines[start + done].rstrip("\r\n")], str(error)
            done += 1
        start += max(done, 1)


def _row(line: int, cells: list[str], broken: str, layout: Layout) -> TableRow:
    if defect := _out_of_shape(cells, broken, layout):
        return TableRow(line, (",".join(cells),), None, (defect,))
    defects: list[Finding] = []
    values: dict[str, Any] = {
        field: text for position, field in layout.fields.items() if (text := cells[position].strip())
    }
    _read_numbers(values, defects)
    event = None if defects else Decision(**values, reference=f"row {line}")
    return TableRow(line, tuple(cells), event, tuple(defects))


def _out_of_shape(cells: list[str], broken: str, layout: Layout) -> Finding | None:
    """What is not repeated: in a row that is shifted, any cell may be about a person."""
    width = len(layout.header)
    if broken:
        expected = f"a row of CSV; this one is not ({broken})"
        remedy = 'put a cell that holds a quote into quotes, and write "" for each quote in it'
        return findings.error("row", "row.broken", "", expected, remedy)
    if len(cells) < width or any(cells[width:]):
        remedy = "put a cell that holds a comma or a line break into quotes, and add the commas that are missing"
        return findings.error("row", "row.length", f"{len(cells)} cells", f"{width}, as the header has", remedy)
    if not any(cells[position].strip() for position in layout.fields if position):
        remedy = "remove it if it is a title or a sum; else write the row out as the table has it"
        return findings.error("row", "row.one_cell", "", "a decision; only the first cell is filled in", remedy)
    return None


def _read_numbers(values: dict[str, Any], defects: list[Finding]) -> None:
    if text := values.pop("revision", None):
        if _SHORT_NUMBER.fullmatch(text):
            values["revision"] = int(text)
        else:
            expected = "a whole number, 1 for the first"
            defects.append(findings.error("revision", "revision.unreadable", text, expected, "count revisions from 1"))
    if text := values.pop("stated_acts", None):
        acts = [act for act in _SEPARATORS.split(text) if act]
        if all(_SHORT_NUMBER.fullmatch(act) for act in acts):
            values["stated_acts"] = [int(act) for act in acts]
        else:
            expected = "numbers from 1 to 14, as 6 or 6;7"
            remedy = "write the numbers of the acts alone"
            defects.append(findings.error("stated_acts", "stated_acts.unreadable", text, expected, remedy))
