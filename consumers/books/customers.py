"""A bank's customers, to be screened or matched: rows with a USCC or a name. Pure but for workbooks."""

from collections.abc import Iterator
from typing import NamedTuple

from file_formats import bank_rows
from file_formats.bank_rows import BankRow
from liancheng.answers.screening_answers import AskedRow, RowError
from liancheng.text.findings import sentence
from liancheng.text.identity import check_uscc

NEEDED = ("uscc", "name")
_LONGEST = 200  # characters of a name, or of a bank's own mark

ScreeningRow = AskedRow | RowError  # what was read: a row, or why it is none


class Customer(NamedTuple):
    """A checked USCC, or a name, or both. `refused`: why the customer cannot be looked up."""

    line: int
    uscc: str | None = None
    name: str | None = None
    customer_ref: str | None = None
    refused: RowError | None = None


class CustomerFile(NamedTuple):
    """Rows, each with its line in the file. `notes` are for its sender."""

    rows: list[ScreeningRow]
    lines: list[int]
    notes: tuple[str, ...] = ()

    @property
    def asked(self) -> list[str]:
        """What each row is looked up by: its USCC or its name."""
        return [(row.uscc or row.name or "") if isinstance(row, AskedRow) else "" for row in self.rows]

    def customers(self) -> Iterator[Customer]:
        for line, row in zip(self.lines, self.rows, strict=True):
            uscc, refused = check(row)
            asked = row if isinstance(row, AskedRow) else AskedRow()
            yield Customer(line, uscc, asked.name, asked.customer_ref, refused)


def read(raw: bytes, name: str) -> CustomerFile:
    """All rows of a file with the columns uscc, name, customer_ref; `name` is the file's, for errors.

    Raises:
        WrongUseError: not a table or JSON lines, without a column of USCCs or of names, or without rows.
    """
    file = bank_rows.read(raw, name, NEEDED)
    return CustomerFile([screening_row(row) for row in file.rows], [row.line for row in file.rows], file.notes)


def screening_row(row: BankRow) -> ScreeningRow:
    if row.refusal:
        return RowError(code="bad-row", detail=sentence(row.refusal))
    cell = row.cells.get
    return AskedRow(
        uscc=cell("uscc", "").strip() or None,
        name=cell("name", "").strip() or None,
        customer_ref=cell("customer_ref", "").strip() or None,
    )


def check(row: ScreeningRow) -> tuple[str | None, RowError | None]:
    """The USCC of a row that has one; or why the row cannot be looked up."""
    if isinstance(row, RowError):
        return None, row
    if len(row.customer_ref or "") > _LONGEST:
        return None, RowError(code="customer-ref-too-long", detail=f"customer_ref: at most {_LONGEST} characters")
    if row.uscc and row.uscc.strip():
        uscc, wrong = check_uscc(row.uscc)
        return uscc, RowError(code="bad-uscc", detail=sentence(wrong)) if wrong else None
    name = (row.name or "").strip()
    if not name:
        return None, RowError(code="nothing-asked", detail="found neither uscc nor name, expected one of them")
    if len(name) > _LONGEST:
        return None, RowError(code="name-too-long", detail=f"name: at most {_LONGEST} characters")
    return None, None
