"""Loads a version of the standard and checks what its types cannot say."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from liancheng.entries import LEVELS
from liancheng.errors import WrongUseError
from liancheng.standard.model import Regime, Standard

CURRENT = "2026.1"  # in force until another one is adopted; a replay of an old log depends on it, so it never changes


def versions() -> tuple[str, ...]:
    """The packaged versions, oldest first."""
    names = (path.name for path in files(__package__).iterdir())
    return tuple(
        sorted(name[1:-5].replace("_", ".") for name in names if name.startswith("v") and name.endswith(".toml"))
    )


def current() -> Standard:
    """The version that is in force until another one is adopted."""
    return load(CURRENT)


@cache
def load(version: str) -> Standard:
    """A packaged version, by its number.

    Raises:
        WrongUseError: there is no such version, or its file is wrong; the text names the field.
    """
    if version not in versions():
        raise WrongUseError(f"standard: no version {version!r} is packaged; expected one of {', '.join(versions())}")
    name = f"v{version.replace('.', '_')}.toml"
    return read(files(__package__).joinpath(name).read_bytes(), name)


def read(raw: bytes, name: str) -> Standard:
    """A version from the bytes of its TOML file; `name` is how errors call it.

    Raises:
        WrongUseError: the file is wrong; the text names file and field, what was found and what was expected.
    """
    try:
        standard: Standard = msgspec.toml.decode(raw, type=Standard)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WrongUseError(f"{name}: {error}; mend that field and load the file again") from error
    for wrong in _wrongs(standard):
        raise WrongUseError(f"{name}: {wrong}; mend that field and load the file again")
    return standard


def _wrongs(standard: Standard) -> Iterator[str]:
    yield from _of_rules(standard)
    yield from _of_regimes(standard)
    for field, found in (("acts", [act.act for act in standard.acts]), ("levels", [r.name for r in standard.levels])):
        yield from (f"{field}: {twice} stands there twice, expected once" for twice in _repeated(found))
    missing = [level for level in LEVELS if level not in {rule.name for rule in standard.levels}]
    if missing:
        yield f"levels: found no {', '.join(missing)}, expected all of {', '.join(LEVELS)}"


def _of_rules(standard: Standard) -> Iterator[str]:
    yield from (
        f"id: {twice!r} stands there twice, expected once" for twice in _repeated(r.id for r in standard.rules())
    )
    for rule in standard.rules():
        for field in ("id", "wording", "source"):
            if not getattr(rule, field).strip():
                yield f"{rule.id or rule.wording}.{field}: found nothing, expected a text"
        if rule.mark == "U" and rule.enabled:
            yield f"{rule.id}.mark: found U (unverified), expected what was read, or enabled = false"
        if rule.valid_to and rule.valid_to < rule.valid_from:
            yield f"{rule.id}.valid_to: found {rule.valid_to}, expected a day not before valid_from {rule.valid_from}"


def _of_regimes(standard: Standard) -> Iterator[str]:
    for earlier, later in zip(standard.regimes, standard.regimes[1:], strict=False):
        if earlier.last is None or earlier.last >= later.first:
            yield f"regimes.{later.id}.from: found {later.first}, expected a day after the end of {earlier.id}"
    for regime in standard.regimes:
        yield from _of_regime(standard, regime)


def _of_regime(standard: Standard, regime: Regime) -> Iterator[str]:
    periods = [period.severity for period in regime.severities]
    yield from (f"regimes.{regime.id}.severities: {twice} stands there twice" for twice in _repeated(periods))
    for period in regime.severities:
        if period.published and not 0 <= period.min_months <= period.max_months != 0:
            found = f"min_months {period.min_months}, max_months {period.max_months}"
            yield f"{period.id}: found {found}, expected a longest period not shorter than the shortest"
    for rule in regime.rules:
        if rule.severity and rule.severity not in periods:
            yield f"{rule.id}.severity: found {rule.severity}, expected one of the regime's: {', '.join(periods)}"
        for field in ("fine_at_least", "fine_below"):
            named = getattr(rule, field)
            if named and named not in standard.parameters:
                yield f"{rule.id}.{field}: found {named!r}, expected a parameter: {', '.join(standard.parameters)}"


def _repeated(values: Any) -> list[Any]:
    return [value for value, times in Counter(values).items() if times > 1]
