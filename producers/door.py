"""What is not put on any topic, not even to be refused: events about natural persons, and events that are too large."""

from liancheng.intake.subjects import read_subject
from liancheng.records.events import Decision, Event
from liancheng.records.facts import Finding
from liancheng.text import findings, persons

_PERSONS = frozenset(("subject.not_legal_person", "uscc.not_legal_person"))
EVENT_MAX = 900_000  # bytes: with its key and headers it stays under a record's 1,000,000


def natural_person(event: Event) -> Finding | None:
    """Why an event may not leave: its subject is a natural person or 个体工商户, or its code may be a citizen's number.

    The finding does not repeat what was found. What neither category, name nor code shows is not detected.
    """
    if not isinstance(event, Decision):
        return None
    found: list[Finding] = []
    uscc, _ = read_subject(event, found)
    refusal = next((finding for finding in found if finding.code in _PERSONS), None)
    if refusal or uscc or not event.uscc or not persons.looks_like_citizen_number(event.uscc.strip().upper()):
        return refusal
    return persons.not_legal_person("uscc")


def too_large(value: bytes) -> Finding | None:
    """Returns why an encoded event cannot be sent, or None."""
    if len(value) <= EVENT_MAX:
        return None
    found, expected = f"{len(value)} bytes", f"{EVENT_MAX} at most"
    return findings.error("", "event.too_large", found, expected, "send a summary of the facts")
