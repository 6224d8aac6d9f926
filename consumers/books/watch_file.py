"""A bank's file of watches: what its columns may hold, and which of its rows are refused. Pure but for workbooks."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast, get_args

from consumers.books.watchlist import WatchRow
from file_formats import bank_rows
from file_formats.bank_rows import BankRow, Cells
from file_formats.headers import bank_column
from liancheng.explaining.phrases import named
from liancheng.records.alerts import FilterLevel, Filters, Role
from liancheng.records.entries import ChangeKind
from liancheng.records.facts import Finding
from liancheng.text import findings
from liancheng.text.findings import sentence
from liancheng.text.identity import check_uscc
from liancheng.text.provinces import PROVINCES

FILTER_COLUMNS = ("min_level", "kinds", "provinces")
COLUMNS = ("uscc", "customer_ref", "role", *FILTER_COLUMNS)
NEEDED = ("uscc",)
REASONS = ("line", "reasons")  # columns next to a refused row; ignored when it is read again

_ROLES = {"借款人": "borrower", "担保人": "guarantor", "关联方": "affiliate"}
_LEVELS = {word: level for level, word in named("level", "zh").items()}
_KINDS = {word: kind for kind, word in named("change", "zh").items()}
_CODES = {name: code for code, name in PROVINCES.items()}
_BETWEEN = re.compile(r"[\s;；、,，|]+")
_EXPECTED = {
    "min_level": "penalised, candidate or listed",
    "kinds": "kinds of change, such as amended",
    "provinces": "codes of provinces, such as 310000 上海",
}


@dataclass(frozen=True, slots=True)
class RefusedWatchRow:
    """A row that is not taken, as it is in the file, and why."""

    line: int
    cells: tuple[str, ...]  # COLUMNS
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class WatchFile:
    rows: tuple[WatchRow, ...]
    refused: tuple[RefusedWatchRow, ...]
    ignored: tuple[str, ...]  # headers of columns that are not read
    notes: tuple[str, ...] = ()
    has_filters: bool = False


def read(raw: bytes, name: str, needs_reference: bool = True) -> WatchFile:
    """The rows of a file and the refused ones; `name` is the file's, for errors.

    Programs send JSON lines, and may watch a company without a reference of their own; a table must have one in each
    row, unless `needs_reference` is False.

    Raises:
        WrongUseError: not a table or JSON lines, without a column of USCCs, or without rows.
    """
    file = bank_rows.read(raw, name, NEEDED)
    read_rows = [row_of(row, needs_reference and not file.is_json) for row in file.rows]
    columns = {header: bank_column(header) or header for header in file.headers}
    return WatchFile(
        rows=tuple(row for row in read_rows if isinstance(row, WatchRow)),
        refused=tuple(row for row in read_rows if isinstance(row, RefusedWatchRow)),
        ignored=tuple(header for header, column in columns.items() if column not in (*COLUMNS, *REASONS)),
        notes=file.notes,
        has_filters=not set(FILTER_COLUMNS).isdisjoint(columns.values()),
    )


def refused_csv(file: WatchFile) -> str:
    """The refused rows with the reasons next to them: corrected in place, the same file can be read again."""
    width = len(COLUMNS) if file.has_filters else len(COLUMNS) - len(FILTER_COLUMNS)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*COLUMNS[:width], *REASONS))
    for row in file.refused:
        writer.writerow((*row.cells[:width], row.line, " | ".join(map(sentence, row.findings))))
    return out.getvalue()


def row_of(row: BankRow, needs_reference: bool) -> WatchRow | RefusedWatchRow:
    """The row, or what is wrong with it. It has filters where the file has a column of them, even an empty one."""
    uscc, wrong = check_uscc(row.cells.get("uscc", ""))
    reference, role = row.cells.get("customer_ref", "").strip(), row.cells.get("role", "").strip()
    role = _ROLES.get(role, role.lower())
    defects = [wrong] if uscc is None and wrong else []
    if needs_reference and not reference:
        defects.append(_refusal("customer_ref", "", "your own mark of the customer", "fill in 客户编号"))
    if role and role not in get_args(Role):
        expected = "borrower 借款人, guarantor 担保人 or affiliate 关联方"
        defects.append(_refusal("role", role, expected, "use one of these, or leave it empty for borrower"))
    filters = _filters(row.cells, defects)
    if row.refusal or defects or uscc is None:
        cells = tuple(row.cells.get(column, "") for column in COLUMNS)
        return RefusedWatchRow(row.line, cells, (row.refusal,) if row.refusal else tuple(defects))
    return WatchRow(uscc, reference or None, cast(Role, role) if role else None, filters)


def _filters(cells: Cells, defects: list[Finding]) -> Filters | None:
    if not any(name in cells for name in FILTER_COLUMNS):
        return None
    level = _words(cells, "min_level", _LEVELS, get_args(FilterLevel).__contains__, defects)[:1] or ("penalised",)
    return Filters(
        min_level=cast(FilterLevel, level[0]),
        kinds=cast(
            "tuple[ChangeKind, ...]", _words(cells, "kinds", _KINDS, get_args(ChangeKind).__contains__, defects)
        ),
        provinces=_words(cells, "provinces", _CODES, PROVINCES.__contains__, defects),
    )


def _words(
    cells: Cells, name: str, words: Mapping[str, str], known: Callable[[str], bool], defects: list[Finding]
) -> tuple[str, ...]:
    """The codes in a cell, as themselves or in Chinese."""
    text = cells.get(name, "").strip()
    printed = [text] if text in words else [word for word in _BETWEEN.split(text) if word]
    codes = [words.get(word, word.lower()) for word in printed]
    for word, code in zip(printed, codes, strict=True):
        if not known(code):
            defects.append(_refusal(name, word, _EXPECTED[name], "as in docs/banks.md, or leave it empty for all"))
    return tuple(codes)


def _refusal(field: str, found: str, expected: str, remedy: str) -> Finding:
    return findings.error(field, f"watch.{field}", found, expected, remedy)
