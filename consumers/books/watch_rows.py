"""One row of a bank's file of watches: its columns, what stands in them, and what is wrong with it. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast, get_args

import msgspec

from consumers.books.watchlist import WatchRow
from liancheng.explaining.phrases import named
from liancheng.records.alerts import FilterLevel, Filters, Role
from liancheng.records.entries import ChangeKind
from liancheng.records.facts import Finding
from liancheng.text import findings
from liancheng.text.identity import check_uscc
from liancheng.text.provinces import PROVINCES

FILTER_COLUMNS = ("min_level", "kinds", "provinces")
COLUMNS = ("uscc", "customer_ref", "role", *FILTER_COLUMNS)
LINE_MAX = 64 * 1024  # characters
_HEADERS = {
    "统一社会信用代码": "uscc",
    "客户编号": "customer_ref",
    "角色": "role",
    "最低级别": "min_level",
    "变动种类": "kinds",
    "省份": "provinces",
}
_ROLES = {"借款人": "borrower", "担保人": "guarantor", "关联方": "affiliate"}
_LEVELS = {word: level for level, word in named("level", "zh").items()}
_KINDS = {word: kind for kind, word in named("change", "zh").items()}
_CODES = {name: code for code, name in PROVINCES.items()}
_BETWEEN = re.compile(r"[\s;；、,，|]+")
_PUT_IN = "as in docs/banks.md, or leave it empty for all"

Cells = Mapping[str, str]  # by column


def column(cell: str) -> str:
    """角色(借款人/担保人/关联方) is role: what stands in brackets only explains. An unknown header is left as it is."""
    name = cell.replace("（", "(").split("(")[0].strip()
    return _HEADERS.get(name, name.lower() if name.lower() in COLUMNS else name)


def csv_cells(row: Sequence[str], header: Sequence[str]) -> tuple[Cells, Finding | None]:
    """The cells of a CSV row by column; a finding where it has more than the header."""
    cells = dict(zip(header, row, strict=False))
    if not any(row[len(header) :]):
        return cells, None
    remedy = 'put a cell that holds a comma into "…"'
    return cells, finding("line", ",".join(row), f"{len(header)} cells, as the header has", remedy)


def json_cells(line: str) -> tuple[Cells, Finding | None]:
    """The fields of a JSON row as cells: null is empty, a list its words; a finding where it is no object."""
    try:
        found = msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}, finding("line", line, 'an object, {"uscc": "…", …}', "mend the JSON")
    return {field: _cell(value) for field, value in found.items()}, None


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def row_of(cells: Cells, needs_reference: bool = True) -> WatchRow | tuple[Finding, ...]:
    """The row, or what is wrong with it. It has filters where the file has a column of them, be it an empty one."""
    uscc, wrong = check_uscc(cells.get("uscc", ""))
    reference, role = cells.get("customer_ref", "").strip(), cells.get("role", "").strip()
    role = _ROLES.get(role, role.lower())
    defects = [wrong] if uscc is None and wrong else []
    if needs_reference and not reference:
        defects.append(finding("customer_ref", "", "your own mark of the customer", "fill in 客户编号"))
    if role and role not in get_args(Role):
        expected = "borrower 借款人, guarantor 担保人 or affiliate 关联方"
        defects.append(finding("role", role, expected, "use one of these, or leave it empty for borrower"))
    filters = _filters(cells, defects)
    if defects or uscc is None:
        return tuple(defects)
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
    """The codes in a cell, by themselves or in Chinese."""
    text = cells.get(name, "").strip()
    found = [text] if text in words else [word for word in _BETWEEN.split(text) if word]
    codes = [words.get(word, word.lower()) for word in found]
    for word, code in zip(found, codes, strict=True):
        if not known(code):
            defects.append(finding(name, word, _expected(name), _PUT_IN))
    return tuple(codes)


def _expected(name: str) -> str:
    if name == "min_level":
        return "penalised, candidate or listed"
    return "kinds of change, such as amended" if name == "kinds" else "codes of provinces, such as 310000 上海"


def finding(field: str, found: str, expected: str, remedy: str) -> Finding:
    return findings.error(field, f"watch.{field}", found, expected, remedy)
