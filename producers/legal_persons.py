"""The guard at an agency's door: what is about a natural person is not put on any topic, not even to be refused."""

from liancheng.intake.subjects import read_subject
from liancheng.records.events import Decision, Event
from liancheng.records.facts import Finding
from liancheng.text import persons

_CODES = frozenset(("subject.not_legal_person", "uscc.not_legal_person"))


def natural_person(event: Event) -> Finding | None:
    """Why an event may not leave: its subject is a natural person or 个体工商户, or its code may be a citizen's number.

    The finding does not repeat what was found. What neither category, name nor code shows cannot be seen here.
    """
    if not isinstance(event, Decision):
        return None
    found: list[Finding] = []
    uscc, _ = read_subject(event, found)
    told = next((finding for finding in found if finding.code in _CODES), None)
    if told or uscc or not event.uscc or not persons.looks_like_citizen_number(event.uscc.strip().upper()):
        return told
    return persons.not_legal_person("uscc")
