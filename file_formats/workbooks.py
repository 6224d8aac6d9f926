"""The sheets of an Excel workbook (xlsx, or the old xls) as text, read by `workbook_process`."""

import subprocess
import sys

import msgspec

from file_formats import workbook_process
from file_formats.refusals import FileRefusedError
from file_formats.workbook_process import Rows

__all__ = ["Rows", "is_workbook", "read"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # how an xlsx with a password is wrapped


def is_workbook(raw: bytes) -> bool:
    """Whether the bytes are an Excel workbook's, by how they begin and what the archive names."""
    return (raw.startswith(b"PK\x03\x04") and b"xl/workbook" in raw) or raw.startswith(_OLE)


def read(raw: bytes, name: str) -> list[tuple[str, Rows]]:
    """The visible sheets, each with its title and its rows that are not empty, with their numbers.

    Raises:
        FileRefusedError: locked by a password, or damaged.
    """
    if _LOCKED in raw:
        raise FileRefusedError(name, "locked")
    done = subprocess.run(
        [sys.executable, "-I", workbook_process.__file__], input=raw, capture_output=True, check=False
    )
    if done.returncode == workbook_process.LOCKED:
        raise FileRefusedError(name, "locked")
    if done.returncode:
        known = done.returncode == workbook_process.UNREADABLE
        reason = done.stderr.decode(errors="replace") if known else "it is too large"
        raise FileRefusedError(name, "damaged", reason=reason)
    sheets: list[tuple[str, Rows]] = msgspec.json.decode(done.stdout)
    return sheets
