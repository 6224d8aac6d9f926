"""Ids of documents and events, made from their content: an event sent twice has the same id."""

from typing import NamedTuple

from liancheng import codec
from liancheng.intake.fields import keep
from liancheng.records.events import (
    Decision,
    Event,
    MonthClosed,
    Objection,
    Performance,
    Recognition,
    Repair,
    Revocation,
)
from liancheng.records.facts import Finding
from liancheng.text import identity
from liancheng.text.findings import error
from liancheng.text.normalise import normalise_month

_TYPES: dict[type, str] = {
    Decision: "decision",
    Revocation: "revocation",
    Recognition: "recognition",
    Performance: "performance",
    Repair: "repair",
    Objection: "objection",
    MonthClosed: "month_closed",
}
_MAX_AUTHORITY = 200


class Identified(NamedTuple):
    """The id of a document (or of a month's report) and its normalised parts."""

    id: str
    authority: str
    number: str  # the document number; for a report, the month


def identify(province: str, event: Event, findings: list[Finding]) -> Identified | None:
    """Returns the document `event` is about; None if its authority or number is refused, as `findings` then report."""
    authority = identity.normalise_authority(event.authority) if event.authority else ""
    number = _number(event, findings)
    if not authority:
        expected = "the full name of the deciding authority 处罚机关"
        findings.append(error("authority", "authority.missing", "", expected, "add the authority"))
    elif len(authority) > _MAX_AUTHORITY:
        expected = f"at most {_MAX_AUTHORITY} characters, not {len(authority)}"
        findings.append(error("authority", "text.too_long", "", expected, "send only the authority's name"))
    elif number:
        named = f"{_TYPES[MonthClosed]}/{number}" if isinstance(event, MonthClosed) else number
        return Identified(identity.joined_id(province, authority, named), authority, number)
    return None


def _number(event: Event, findings: list[Finding]) -> str | None:
    if isinstance(event, MonthClosed):
        return keep(normalise_month(event.month or "", "month"), findings)
    number = identity.normalise_document_no(event.document_no)
    findings.extend(number.findings)
    return number.text


def event_key(province: str, event: Event) -> str:
    """Returns the Kafka key of an event: its document's id, or `unreadable/<digest>` if it has none and is refused."""
    identified = identify(province, event, [])
    return identified.id if identified else f"unreadable/{codec.digest(event)}"


def event_id(document_id: str, event: Event) -> str:
    """Returns `<document id>/<facet>/<revision>`."""
    return f"{document_id}/{facet(event)}/{event.revision}"


def facet(event: Event) -> str:
    """Returns the facet of the document that an event states: decision, recognition.notice, performance.payment, …"""
    if isinstance(event, Recognition | Objection):
        return f"{type_of(event)}.{event.stage}"
    if isinstance(event, Performance):
        return f"{type_of(event)}.{event.duty}"
    return type_of(event)


def type_of(event: Event) -> str:
    """Returns the event's `type` tag."""
    return _TYPES[type(event)]
