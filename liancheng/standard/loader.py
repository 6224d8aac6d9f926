"""Loads a version of the standard, packaged or from a file's bytes."""

from functools import cache
from importlib.resources import files

from liancheng.errors import WrongUseError
from liancheng.standard.model import Standard
from liancheng.standard.version_check import examine

CURRENT = "2026.1"  # in force until another is adopted; never changes, as replays of old logs depend on it


def versions() -> tuple[str, ...]:
    """Returns the packaged versions, oldest first."""
    names = (path.name for path in files(__package__).iterdir())
    return tuple(
        sorted(name[1:-5].replace("_", ".") for name in names if name.startswith("v") and name.endswith(".toml"))
    )


def current() -> Standard:
    """Returns the version that is in force until another one is adopted."""
    return load(CURRENT)


@cache
def load(version: str) -> Standard:
    """Returns a packaged version by its number.

    Raises:
        WrongUseError: there is no such version, or its file has an error; the text names the field.
    """
    if version not in versions():
        raise WrongUseError(f"standard: no version {version!r} is packaged; expected one of {', '.join(versions())}")
    name = f"v{version.replace('.', '_')}.toml"
    return read(files(__package__).joinpath(name).read_bytes(), name)


def read(raw: bytes, name: str) -> Standard:
    """Returns a version from the bytes of its TOML file; error texts call the file `name`.

    Raises:
        WrongUseError: the file has an error; the text names file and field, what was found and what was expected.
            `version_check.examine` returns all errors.
    """
    standard, wrongs = examine(raw)
    if standard is None or wrongs:
        more = f" (and {len(wrongs) - 1} more; `liancheng standard check` lists all)" if len(wrongs) > 1 else ""
        raise WrongUseError(f"{name}: {wrongs[0]}{more}")
    return standard
