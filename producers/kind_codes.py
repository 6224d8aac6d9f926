"""Codes for kinds of penalty: sources write 1 or 02 for 罚款, each in its own way; the sender names the code base."""

import csv
import io
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from file_formats import text
from liancheng.errors import WrongUseError
from liancheng.text import spelling
from liancheng.text.normalise import read_kinds

_CODE = re.compile(r"[A-Z]?\d{1,6}|[A-Z]{1,2}")
_MAY_BE_CODE = re.compile("[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]")
_SEPARATORS = re.compile(r"([;、,/|+\s]+)")


@dataclass(frozen=True)
class KindCodes:
    """A code base: `kinds` maps a code, upper case and without leading zeros, to words for 处罚类别."""

    name: str = ""
    kinds: dict[str, str] = field(default_factory=dict)

    def translate(self, printed: str) -> tuple[str, tuple[str, ...]]:
        """`printed` with words for its codes, and the codes that are not known. Words stay as they are."""
        if not _MAY_BE_CODE.search(printed):
            return printed, ()
        unknown = []
        parts = _SEPARATORS.split(spelling.plain(printed))
        for number, part in enumerate(parts):
            code = part.upper()
            if _CODE.fullmatch(code):
                word = self.kinds.get(_key(code))
                parts[number] = word or part
                unknown += [] if word else [part]
        return "".join(parts) if len(unknown) < len(parts) else printed, tuple(unknown)

    @property
    def known(self) -> str:
        return "、".join(f"{code} {kind}" for code, kind in self.kinds.items())


NONE = KindCodes()


def load(base: str | None) -> KindCodes:
    """Returns the code base of that name: a shipped one, or a CSV file with the columns code and kind.

    Raises:
        WrongUseError: it is neither, or a line of the file is not a code and a kind.
        OSError: the file cannot be read.
    """
    if base is None:
        return NONE
    if shipped := _shipped().get(base):
        return shipped
    if not Path(base).exists():
        names = ", ".join(_shipped())
        raise WrongUseError(f"--kinds-codes: found {base!r}, expected a CSV file of code,kind or one of {names}")
    return _from_csv(Path(base).read_bytes(), base)


@cache
def _shipped() -> dict[str, KindCodes]:
    read = tomllib.loads(resources.files("producers").joinpath("kind_codes.toml").read_text("utf-8"))
    return {base["name"]: KindCodes(base["name"], base["kinds"]) for base in read["base"]}


def _from_csv(raw: bytes, name: str) -> KindCodes:
    kinds: dict[str, str] = {}
    reader = csv.reader(io.StringIO(text.decode(raw, name), newline=""))
    for cells in reader:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not filled or (reader.line_num == 1 and filled[0].lower() in ("code", "代码")):
            continue
        _take(filled, kinds, f"{name}: line {reader.line_num}")
    return KindCodes(name, kinds)


def _take(cells: list[str], kinds: dict[str, str], place: str) -> None:
    if len(cells) != 2 or not _CODE.fullmatch(cells[0].upper()):
        raise WrongUseError(f"{place}: found {', '.join(cells)}, expected a code and its kind, as 2,罚款")
    code, kind = _key(cells[0].upper()), cells[1]
    if wrong := [finding for finding in read_kinds(kind).findings if finding.code == "kinds.unknown"]:
        raise WrongUseError(f"{place}: found {kind}, expected {wrong[0].expected}")
    if kinds.setdefault(code, kind) != kind:
        raise WrongUseError(f"{place}: found {cells[0]} for {kind}, expected {kinds[code]} as above: keep one of them")


def _key(code: str) -> str:
    """Excel turns 01 into 1: both are the same code."""
    return code.lstrip("0") or "0"
