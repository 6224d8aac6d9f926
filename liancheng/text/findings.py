"""Findings: what was found, what was expected, how to fix it; as records and as sentences."""

from collections.abc import Callable

from liancheng.records.facts import Finding

_FOUND_MAX = 80


def error(field: str, code: str, found: str, expected: str, remedy: str) -> Finding:
    """Returns a finding that refuses its event."""
    return Finding(field=field, code=code, found=shortened(found), expected=expected, remedy=remedy)


def warning(field: str, code: str, found: str, expected: str, remedy: str) -> Finding:
    """Returns a finding that does not refuse its event: something was normalised or is unusual."""
    return Finding(field=field, code=code, severity="warning", found=shortened(found), expected=expected, remedy=remedy)


def shortened(text: str) -> str:
    """Returns the first 80 characters: a receipt shows where the problem is and does not repeat a whole text."""
    return text if len(text) <= _FOUND_MAX else f"{text[:_FOUND_MAX]}…"


def sentence(finding: Finding, label: Callable[[str], str] = str) -> str:
    """Returns a finding as one line; `label` names a field to the reader. Findings leave out numbers of persons."""
    found = f"found {finding.found!r}, " if finding.found else ""
    field = f"{label(finding.field)}: " if finding.field else ""
    return f"{field}{found}expected {finding.expected}: {finding.remedy}"
