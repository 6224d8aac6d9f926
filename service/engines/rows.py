"""Rows of a book as they are sent: read from JSON, and checked. Pure."""

import msgspec

from liancheng.answers.screening_answers import AskedRow, Book, RowError
from liancheng.text.findings import sentence
from liancheng.text.identity import check_uscc

_NAME_MAX, _REF_MAX = 200, 200  # characters

ScreeningRow = AskedRow | RowError  # what was read: a row, or why it is none


class _RawBook(msgspec.Struct):
    """A book with rows that may be unreadable."""

    companies: list[msgspec.Raw]


_decode = msgspec.json.Decoder(Book)
_decode_raw = msgspec.json.Decoder(_RawBook)
_decode_row = msgspec.json.Decoder(AskedRow)


def read_rows(body: bytes) -> list[ScreeningRow]:
    """Returns the rows of a JSON book. Raises DecodeError if the body is no book at all."""
    try:
        return list(_decode.decode(body).companies)
    except msgspec.ValidationError:
        return [read_row(raw) for raw in _decode_raw.decode(body).companies]


def read_row(raw: bytes | msgspec.Raw) -> ScreeningRow:
    """Returns one row of JSON, or why it is none."""
    try:
        return _decode_row.decode(raw)
    except RecursionError:
        return RowError(code="bad-row", detail="found JSON that is nested too deeply")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return RowError(code="bad-row", detail=f'{error}; expected {{"uscc": "…"}} or {{"name": "…"}}')


def checked(row: ScreeningRow) -> str | AskedRow | RowError:
    """Returns a USCC, or the row whose name is to be searched, or what is wrong with it."""
    if isinstance(row, RowError):
        return row
    if len(row.customer_ref or "") > _REF_MAX:
        return RowError(code="customer-ref-too-long", detail=f"customer_ref: at most {_REF_MAX} characters")
    if row.uscc and row.uscc.strip():
        uscc, wrong = check_uscc(row.uscc)
        return uscc or RowError(code="bad-uscc", detail=sentence(wrong) if wrong else "")
    name = (row.name or "").strip()
    if not name:
        return RowError(code="nothing-asked", detail="found neither uscc nor name, expected one of them")
    if len(name) > _NAME_MAX:
        return RowError(code="name-too-long", detail=f"name: at most {_NAME_MAX} characters")
    return row
