"""The sheets of an Excel workbook (xlsx, or the old xls) as text, read by a process of its own: `sheet_reader`."""

import subprocess
import sys

import msgspec

from file_formats import workbook_process
from file_formats.workbook_process import Rows
from liancheng.errors import WrongUseError

__all__ = ["Rows", "is_workbook", "read"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # how an xlsx with a password is wrapped


def is_workbook(raw: bytes) -> bool:
    """Whether the bytes are an Excel workbook's, by how they begin and what the archive names."""
    return (raw.startswith(b"PK\x03\x04") and b"xl/workbook" in raw) or raw.startswith(_OLE)


def read(raw: bytes, name: str) -> list[tuple[str, Rows]]:
    """The visible sheets, each with its title and its rows that are not empty, with their numbers.

    Raises:
        WrongUseError: locked by a password, damaged, or no workbook.
    """
    if _LOCKED in raw:
        raise _locked(name)
    done = subprocess.run(
        [sys.executable, "-I", workbook_process.__file__], input=raw, capture_output=True, check=False
    )
    if done.returncode == workbook_process.LOCKED:
        raise _locked(name)
    if done.returncode:
        why = (
            done.stderr.decode(errors="replace")
            if done.returncode == workbook_process.UNREADABLE
            else "it is too large"
        )
        raise WrongUseError(
            f"{name}: it looks like an Excel workbook but cannot be read ({why}): copy the table into a new workbook "
            "in Excel or WPS, save it as xlsx and send that"
        )
    found: list[tuple[str, Rows]] = msgspec.json.decode(done.stdout)
    return found


def _locked(name: str) -> WrongUseError:
    return WrongUseError(f"{name}: the workbook is locked by a password: save it without one and send that")
