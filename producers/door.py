"""What is not put on any topic, and why."""

from liancheng.records.events import Event
from liancheng.records.facts import Finding
from liancheng.text import findings
from producers.legal_persons import natural_person

EVENT_MAX = 900_000  # bytes: with its key and headers it stays under a record's 1,000,000


def turned_away(event: Event, value: bytes) -> Finding | None:
    """Why an event, encoded as `value`, is not sent: it is about a natural person, or too large."""
    return natural_person(event) or _too_large(value)


def _too_large(value: bytes) -> Finding | None:
    if len(value) <= EVENT_MAX:
        return None
    found, expected = f"{len(value)} bytes", f"{EVENT_MAX} at most"
    return findings.error("", "event.too_large", found, expected, "send a summary of the facts")
