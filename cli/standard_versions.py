"""Which version of the standard a command means: a packaged one, a file, or the one in force."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from liancheng import standard
from liancheng.errors import WrongUseError
from liancheng.standard import Standard


class Adoption(NamedTuple):
    version: str
    first: date  # the first day judged by it


def adoptions() -> tuple[Adoption, ...]:
    """Which version was adopted from which day, oldest first: the one that comes with the program, from its own day."""
    packaged = standard.current()
    return (Adoption(packaged.version, packaged.valid_from),)


def in_force() -> Standard:
    """The version adopted last."""
    return standard.load(adoptions()[-1].version)


def chosen(text: str | None) -> Standard:
    """A packaged version by its number, or a version from its file; the one in force where `text` is None.

    Raises:
        WrongUseError: it is neither, or the file is wrong.
    """
    if text is None:
        return in_force()
    if text in standard.versions():
        return standard.load(text)
    if Path(text).is_file():
        return standard.read(Path(text).read_bytes(), text)
    packaged = ", ".join(standard.versions())
    raise WrongUseError(f"found {text!r}, expected a packaged version ({packaged}) or a version's TOML file")
