"""Which version of the standard a command means: a packaged one, or a file."""

from pathlib import Path

from liancheng import standard
from liancheng.errors import WrongUseError
from liancheng.standard import Standard


def chosen(text: str | None) -> Standard:
    """A packaged version by its number, or a version from its file; the one that needs no adoption for None.

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
