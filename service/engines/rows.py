"""Rows of a book as they are sent in one JSON body, and checked. Pure."""

from typing import cast

import msgspec

from consumers.books import customers
from consumers.books.customers import ScreeningRow, screening_row
from file_formats.bank_rows import json_row
from liancheng.answers.screening_answers import AskedRow, Book, RowError


class _RawBook(msgspec.Struct):
    """A book with rows that may be unreadable."""

    companies: list[msgspec.Raw]


_decode = msgspec.json.Decoder(Book)
_decode_raw = msgspec.json.Decoder(_RawBook)


def read_rows(body: bytes) -> list[ScreeningRow]:
    """Returns the rows of a JSON book. Raises DecodeError if the body is no book at all."""
    try:
        return list(_decode.decode(body).companies)
    except msgspec.ValidationError:
        rows = _decode_raw.decode(body).companies
        return [screening_row(json_row(number, bytes(raw).decode())) for number, raw in enumerate(rows, 1)]


def checked(row: ScreeningRow) -> str | AskedRow | RowError:
    """Returns a USCC, or the row whose name is to be searched, or what is wrong with it."""
    uscc, refused = customers.check(row)
    return uscc or refused or cast(AskedRow, row)
