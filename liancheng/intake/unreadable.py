"""Reads what an agency put on its topic; where that is no event, says why, and what can still be known of it."""

import re
from typing import Any, get_args

import msgspec

from liancheng import codec
from liancheng.records.events import Event
from liancheng.records.facts import Finding
from liancheng.text.findings import error, shortened

_events: msgspec.json.Decoder[Event] = codec.decoder(Event)
_TYPES = sorted(str(of.__struct_config__.tag) for of in get_args(Event))
_PLACE = re.compile(r"(?P<what>.*) - at `\$\.?(?P<path>.*)`", re.DOTALL)


class Trace(msgspec.Struct, frozen=True):
    """What the receipt of an unreadable event repeats, so that its sender finds the row."""

    type: str = "unreadable"
    revision: int = 0
    reference: str | None = None


def decode(raw: bytes | None) -> Event | Finding:
    """The event, or the finding `event.unreadable` or `event.empty`, whose field is the path in the record."""
    if not raw:
        expected, remedy = "an event", "to take a decision back, send a revocation; events are never deleted"
        return error("", "event.empty", "an empty record", expected, remedy)
    try:
        return _events.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
        return _unreadable(str(failure))


def trace(raw: bytes | None) -> Trace:
    """Field by field, because one of them may be what is wrong."""
    try:
        fields: Any = msgspec.json.decode(raw or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Trace()
    if not isinstance(fields, dict):
        return Trace()
    type_, revision, reference = (fields.get(name) for name in ("type", "revision", "reference"))
    return Trace(
        shortened(type_) if isinstance(type_, str) else "unreadable",
        revision if isinstance(revision, int) and abs(revision) < 2**63 else 0,
        reference if isinstance(reference, str) else None,
    )


def _unreadable(failure: str) -> Finding:
    place = _PLACE.fullmatch(failure)
    what, path = (place["what"], place["path"]) if place else (failure, "")
    expected = f"one JSON object with the fields of its type ({', '.join(_TYPES)}) and no others"
    return error(path, "event.unreadable", what, expected, "mend the field, or leave it out, and send the event again")
