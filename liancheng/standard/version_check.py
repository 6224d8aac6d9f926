"""Finds every error in the file of a version: first fields of the wrong type, then what types cannot express."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from liancheng.records.entries import LEVELS
from liancheng.standard.model import Regime, Rule, Standard
from liancheng.standard.shape import Misfit, misfits


class Wrong(NamedTuple):
    """One error. `field` is the part's id and its field, as in `ndrc-58.single.mark`."""

    field: str
    found: str
    expected: str
    remedy: str = "correct that field and load the file again"

    def __str__(self) -> str:
        return f"{self.field}: found {self.found}, expected {self.expected}; {self.remedy}"


class Examined(NamedTuple):
    """`standard` is None if a field could not be read. Rules are then checked one by one, not together."""

    standard: Standard | None
    wrongs: tuple[Wrong, ...]


def examine(raw: bytes) -> Examined:
    """Returns the version in a TOML file and every error in it. Raises nothing."""
    try:
        standard: Standard = msgspec.toml.decode(raw, type=Standard)
    except msgspec.ValidationError as error:
        wrongs = tuple(_unreadable(msgspec.toml.decode(raw)))
        return Examined(None, wrongs or (Wrong("the file", str(error), "a version of the standard"),))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Examined(
            None, (Wrong("the file", f"invalid TOML ({error})", "TOML in UTF-8", "correct that line first"),)
        )
    return Examined(standard, tuple(_wrongs(standard)))


def _unreadable(whole: Any) -> Iterator[Wrong]:
    for part in misfits(whole, Standard):
        if isinstance(part, Misfit):
            yield Wrong(*part)
        elif isinstance(part, Rule):
            yield from _of_rule(part)


def _wrongs(standard: Standard) -> Iterator[Wrong]:
    for rule in standard.rules():
        yield from _of_rule(rule)
    yield from _of_regimes(standard)
    for field, names in (
        ("id", [rule.id for rule in standard.rules()]),
        ("regimes", [regime.id for regime in standard.regimes]),
        ("acts", [act.act for act in standard.acts]),
        ("levels", [rule.name for rule in standard.levels]),
    ):
        yield from _repeated(field, names)
    missing = [level for level in LEVELS if level not in {rule.name for rule in standard.levels}]
    if missing:
        yield Wrong("levels", f"no {', '.join(missing)}", f"all of {', '.join(LEVELS)}", "add a rule for each")


def _of_rule(rule: Rule) -> Iterator[Wrong]:
    for field in ("id", "wording", "source"):
        if not getattr(rule, field).strip():
            yield Wrong(f"{rule.id or rule.wording}.{field}", "nothing", "a text")
    if rule.mark == "U" and rule.enabled:
        yield Wrong(f"{rule.id}.mark", "U (unverified)", "another mark once the source was read, or enabled = false")
    if rule.valid_to and rule.valid_to < rule.valid_from:
        yield Wrong(f"{rule.id}.valid_to", str(rule.valid_to), f"valid_from ({rule.valid_from}) or a later day")


def _of_regimes(standard: Standard) -> Iterator[Wrong]:
    for earlier, later in zip(standard.regimes, standard.regimes[1:], strict=False):
        if earlier.last is None or earlier.last >= later.first:
            yield Wrong(f"regimes.{later.id}.from", str(later.first), f"a day after {earlier.id} ends")
    for regime in standard.regimes:
        yield from _of_regime(standard, regime)


def _of_regime(standard: Standard, regime: Regime) -> Iterator[Wrong]:
    if regime.last and regime.last < regime.first:
        yield Wrong(f"regimes.{regime.id}.to", str(regime.last), f"from ({regime.first}) or a later day")
    periods = [period.severity for period in regime.severities]
    yield from _repeated(f"regimes.{regime.id}.severities", periods)
    for period in regime.severities:
        if period.published and not 0 <= period.min_months <= period.max_months != 0:
            months = f"min_months {period.min_months}, max_months {period.max_months}"
            yield Wrong(period.id, months, "0 <= min_months <= max_months, and max_months above 0")
    for rule in regime.rules:
        if rule.severity and rule.severity not in periods:
            yield Wrong(f"{rule.id}.severity", rule.severity, f"a severity of the regime: {', '.join(periods)}")
        for field in ("fine_at_least", "fine_below"):
            named = getattr(rule, field)
            if named and named not in standard.parameters:
                yield Wrong(f"{rule.id}.{field}", repr(named), f"a parameter: {', '.join(standard.parameters)}")


def _repeated(field: str, values: list[Any]) -> Iterator[Wrong]:
    for value, times in Counter(values).items():
        if times > 1:
            yield Wrong(field, f"{value!r} {times} times", "once", "rename one of them or remove it")
