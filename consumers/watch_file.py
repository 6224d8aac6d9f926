"""Reading a bank's file of watches: CSV or JSON lines, UTF-8 (with or without BOM) or GB18030. Pure."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast, get_args

import msgspec

from consumers.watchlist import Row
from liancheng import findings
from liancheng.alerts import Role
from liancheng.errors import WrongUseError
from liancheng.facts import Finding
from liancheng.identity import check_uscc

if TYPE_CHECKING:
    from _csv import Reader as _Reader

COLUMNS = ("uscc", "customer_ref", "role")
_HEADERS = {"统一社会信用代码": "uscc", "客户编号": "customer_ref", "角色": "role"}
_ROLES = {"借款人": "borrower", "担保人": "guarantor", "关联方": "affiliate"}
REASONS = ("line", "reasons")  # beside a refused row; ignored when it is read again


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, as it stood, and why."""

    line: int
    cells: tuple[str, ...]  # COLUMNS
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class WatchFile:
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]
    ignored: tuple[str, ...]  # columns that were not read


class _Line(NamedTuple):
    number: int
    cells: Mapping[str, str]  # by column
    broken: Finding | None = None


def read(raw: bytes, name: str, needs_reference: bool = True) -> WatchFile:
    """Rows of a file and the refused ones; `name` is the file's, for errors.

    Raises:
        WrongUseError: it is no text, has no USCC column, or no rows.
    """
    text = text_of(raw, name)
    ignored: list[str] = []
    lines = _json_lines(text, ignored) if text.lstrip().startswith("{") else _csv_lines(text, name, ignored)
    rows: list[Row] = []
    refused: list[Refused] = []
    for line in lines:
        row = (line.broken,) if line.broken else _row(line.cells, needs_reference)
        if isinstance(row, Row):
            rows.append(row)
        else:
            refused.append(Refused(line.number, tuple(line.cells.get(column, "") for column in COLUMNS), row))
    if not rows and not refused:
        raise WrongUseError(f"{name}: found no rows, expected at least one below the header {','.join(COLUMNS)}")
    return WatchFile(tuple(rows), tuple(refused), tuple(ignored))


def refused_csv(refused: tuple[Refused, ...]) -> str:
    """The refused rows with the reasons beside them: mended in place, the same file can be read again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*COLUMNS, *REASONS))
    writer.writerows((*row.cells, row.line, " | ".join(map(sentence, row.findings))) for row in refused)
    return out.getvalue()


def sentence(finding: Finding) -> str:
    """A finding in one line. What may be a person's number is not in it."""
    found = f"found {finding.found!r}, " if finding.found else ""
    return f"{finding.field}: {found}expected {finding.expected}: {finding.remedy}"


def text_of(raw: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise WrongUseError(f"{name}: found bytes that are no text, expected CSV or JSON lines in UTF-8 or GB18030")


def _json_lines(text: str, ignored: list[str]) -> Iterator[_Line]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            yield _Line(number, {}, _finding("line", line, 'an object, {"uscc": "…", …}', "mend the JSON"))
            continue
        ignored.extend(field for field in found if field not in COLUMNS and field not in ignored)
        yield _Line(number, {field: _cell(found[field]) for field in COLUMNS if field in found})


def _cell(raw: msgspec.Raw) -> str:
    value = msgspec.json.decode(raw)
    return "" if value is None else str(value)


def _csv_lines(text: str, name: str, ignored: list[str]) -> Iterator[_Line]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [_column(cell) for cell in next(reader, [])]
        if header.count("uscc") != 1:
            raise WrongUseError(
                f"{name}: found the columns {', '.join(header) or 'none'}, expected one uscc (统一社会信用代码), "
                "with customer_ref (客户编号) and role (角色): put them into its first line"
            )
        ignored.extend(cell for cell in header if cell not in (*COLUMNS, *REASONS))
        yield from _rows(reader, header)
    except csv.Error as error:
        raise WrongUseError(f"{name}: line {reader.line_num}: {error}, expected CSV") from error


def _rows(reader: "_Reader", header: list[str]) -> Iterator[_Line]:
    number = reader.line_num + 1
    for row in reader:
        cells, surplus = dict(zip(header, row, strict=False)), row[len(header) :]
        if any(surplus):
            expected = f"{len(header)} cells, as the header has"
            remedy = 'put a cell that holds a comma into "…"'
            yield _Line(number, cells, _finding("line", ",".join(row), expected, remedy))
        elif any(cell.strip() for cell in row):
            yield _Line(number, cells)
        number = reader.line_num + 1


def _column(cell: str) -> str:
    """角色(借款人/担保人/关联方) is 角色: what stands in brackets only explains."""
    name = cell.replace("（", "(").split("(")[0].strip()
    return _HEADERS.get(name, name.lower() if name.lower() in COLUMNS else name)


def _row(cells: Mapping[str, str], needs_reference: bool) -> Row | tuple[Finding, ...]:
    uscc, wrong = check_uscc(cells.get("uscc", ""))
    reference, role = cells.get("customer_ref", "").strip(), cells.get("role", "").strip()
    role = _ROLES.get(role, role.lower())
    defects = [wrong] if uscc is None and wrong else []
    if needs_reference and not reference:
        defects.append(_finding("customer_ref", "", "your own mark of the customer", "fill in 客户编号"))
    if role and role not in get_args(Role):
        expected = "borrower 借款人, guarantor 担保人 or affiliate 关联方"
        defects.append(_finding("role", role, expected, "use one of these, or leave it empty for borrower"))
    if defects or uscc is None:
        return tuple(defects)
    return Row(uscc, reference or None, cast(Role, role) if role else None)


def _finding(field: str, found: str, expected: str, remedy: str) -> Finding:
    return findings.error(field, f"watch.{field}", found, expected, remedy)
