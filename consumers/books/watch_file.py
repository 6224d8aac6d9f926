"""Reading a bank's file of watches: CSV or JSON lines, UTF-8 (with or without BOM) or GB18030. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from consumers.books.watch_rows import COLUMNS, FILTER_COLUMNS, Cells, column, csv_cells, json_cells, row_of
from consumers.books.watchlist import WatchRow
from liancheng.errors import WrongUseError
from liancheng.records.facts import Finding
from liancheng.text.findings import sentence

if TYPE_CHECKING:
    from _csv import Reader as _Reader

REASONS = ("line", "reasons")  # beside a refused row; ignored when it is read again


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, as it stood, and why."""

    line: int
    cells: tuple[str, ...]  # COLUMNS
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class WatchFile:
    rows: tuple[WatchRow, ...]
    refused: tuple[Refused, ...]
    ignored: tuple[str, ...]  # columns that were not read
    has_filters: bool = False


class Line(NamedTuple):
    """A row of a file by its columns; `broken`: why it cannot be read."""

    number: int
    cells: Cells
    broken: Finding | None = None


def read(raw: bytes, name: str, needs_reference: bool = True) -> WatchFile:
    """Rows of a file and the refused ones; `name` is the file's, for errors.

    Raises:
        WrongUseError: it is no text, has no USCC column, or no rows.
    """
    rows: list[WatchRow] = []
    refused: list[Refused] = []
    ignored: dict[str, None] = {}
    has_filters = False
    for line in lines_of(text_of(raw, name), name):
        row = (line.broken,) if line.broken else row_of(line.cells, needs_reference)
        ignored.update(dict.fromkeys(cell for cell in line.cells if cell not in (*COLUMNS, *REASONS)))
        has_filters = has_filters or any(name in line.cells for name in FILTER_COLUMNS)
        if isinstance(row, WatchRow):
            rows.append(row)
        else:
            refused.append(Refused(line.number, tuple(line.cells.get(column, "") for column in COLUMNS), row))
    if not rows and not refused:
        raise WrongUseError(f"{name}: found no rows, expected at least one below the header uscc,customer_ref,role")
    return WatchFile(tuple(rows), tuple(refused), tuple(ignored), has_filters)


def refused_csv(found: WatchFile) -> str:
    """The refused rows with the reasons beside them: mended in place, the same file can be read again."""
    width = len(COLUMNS) if found.has_filters else len(COLUMNS) - len(FILTER_COLUMNS)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*COLUMNS[:width], *REASONS))
    for row in found.refused:
        writer.writerow((*row.cells[:width], row.line, " | ".join(map(sentence, row.findings))))
    return out.getvalue()


def text_of(raw: bytes, name: str) -> str:
    """The text of a file in UTF-8 or GB18030. Raises WrongUseError."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise WrongUseError(f"{name}: found bytes that are no text, expected CSV or JSON lines in UTF-8 or GB18030")


def lines_of(text: str, name: str, needed: Sequence[str] = ("uscc",)) -> Iterator[Line]:
    """The rows of CSV or JSON lines.

    Raises:
        WrongUseError: the header of a CSV has none of the `needed` columns, or one of them twice; or it is no CSV.
    """
    return _json_lines(text) if text.lstrip().startswith("{") else _csv_lines(text, name, needed)


def _json_lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield Line(number, *json_cells(line))


def _csv_lines(text: str, name: str, needed: Sequence[str]) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = header_of(next(reader, []), name, needed)
        yield from _rows(reader, header)
    except csv.Error as error:
        raise WrongUseError(f"{name}: line {reader.line_num}: {error}, expected CSV") from error


def header_of(cells: Sequence[str], name: str, needed: Sequence[str] = ("uscc",)) -> list[str]:
    """The columns that a first line names. Raises WrongUseError."""
    header = [column(cell) for cell in cells]
    if not any(header.count(one) for one in needed) or any(header.count(one) > 1 for one in needed):
        raise WrongUseError(
            f"{name}: found the columns {', '.join(header) or 'none'}, expected one {' or '.join(needed)} "
            "(统一社会信用代码), with customer_ref (客户编号) and role (角色): put them into its first line"
        )
    return header


def _rows(reader: "_Reader", header: list[str]) -> Iterator[Line]:
    number = reader.line_num + 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield Line(number, *csv_cells(row, header))
        number = reader.line_num + 1
