"""Which version of the standard a command means: a packaged one, or a file."""

from pathlib import Path

from liancheng import standard
from liancheng.errors import WrongUseError
from liancheng.standard import Standard

VERSION_HELP = "A packaged version, such as 2026.1, or the TOML file of one."


def chosen(text: str | None) -> Standard:
    """Returns a packaged version by its number, or one from its file; for None the one that needs no adoption.

    Raises:
        WrongUseError: it is neither, or the file is wrong.
    """
    if text is None:
        return standard.current()
    if text in standard.versions():
        return standard.load(text)
    if Path(text).is_file():
        return standard.read(Path(text).read_bytes(), text)
    packaged = ", ".join(standard.versions())
    raise WrongUseError(f"found {text!r}, expected a packaged version ({packaged}) or a version's TOML file")
