"""Identities: provinces, companies, authorities, document numbers, and the ids made of them."""

import re
from functools import lru_cache

from liancheng.text import spelling
from liancheng.text.document_numbers import normalise_document_no
from liancheng.text.provinces import PROVINCES
from liancheng.text.uscc import check_uscc

__all__ = [
    "PROVINCES",
    "check_uscc",
    "document_id",
    "joined_id",
    "normalise_authority",
    "normalise_document_no",
    "normalise_name",
]

_SPACE_BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


def normalise_name(text: str) -> str:
    """Returns a company's name: simplified, half width, spaces only between Latin words. Idempotent."""
    name = spelling.plain(text)
    if " " in name or "\n" in name or "\t" in name:
        name = _SPACE_BESIDE_HAN.sub("", " ".join(name.split()))
    return name


@lru_cache(maxsize=16_384)
def normalise_authority(text: str) -> str:
    """Returns an authority's name: simplified, half width, no spaces; empty if it is blank. Idempotent."""
    return spelling.compact(text)


def document_id(province: str, authority: str, document_no: str) -> str | None:
    """Returns `<province>/<authority>/<document number>`, all normalised; None if a part is missing or refused.

    The same number from two authorities means two documents.
    """
    number = normalise_document_no(document_no).text
    name = normalise_authority(authority)
    return joined_id(province, name, number) if number and name else None


def joined_id(province: str, authority: str, document_no: str) -> str:
    """Returns the `document_id` of parts that are normalised already."""
    return f"{province}/{authority}/{document_no}"
