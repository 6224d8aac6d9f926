"""What is the same: provinces, companies, authorities, document numbers, and the ids made of them."""

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
    """A company's name: simplified, half width, no spaces but between Latin words. Idempotent."""
    name = spelling.plain(text)
    if " " in name or "\n" in name or "\t" in name:
        name = _SPACE_BESIDE_HAN.sub("", " ".join(name.split()))
    return name


@lru_cache(maxsize=16_384)
def normalise_authority(text: str) -> str:
    """An authority's name: simplified, half width, no spaces; empty if there is nothing in it. Idempotent."""
    return spelling.compact(text)


def document_id(province: str, authority: str, document_no: str) -> str | None:
    """`<province>/<authority>/<document number>`, all normalised; None if there is no such id.

    The same number from two authorities is two documents.
    """
    number = normalise_document_no(document_no).text
    named = normalise_authority(authority)
    return joined_id(province, named, number) if number and named else None


def joined_id(province: str, authority: str, document_no: str) -> str:
    """`document_id` of parts that are normalised already."""
    return f"{province}/{authority}/{document_no}"
