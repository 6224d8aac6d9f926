"""Decodes what an agency wrote to its topic. If it is not an event, says why and what can still be read of it."""

import re
from typing import Any, get_args

import msgspec

from liancheng import codec
from liancheng.records.events import Event
from liancheng.records.facts import Finding
from liancheng.text.findings import error, shortened

_events: msgspec.json.Decoder[Event] = codec.decoder(Event)
_TYPES = sorted(str(event.__struct_config__.tag) for event in get_args(Event))
_PLACE = re.compile(r"(?P<what>.*) - at `\$\.?(?P<path>.*)`", re.DOTALL)


class Trace(msgspec.Struct, frozen=True):
    """What the receipt of an unreadable event repeats, so that its sender can find the row."""

    type: str = "unreadable"
    revision: int = 0
    reference: str | None = None


def decode(raw: bytes | None) -> Event | Finding:
    """Returns the event, or the finding `event.unreadable` (its field is the path in the record) or `event.empty`."""
    if not raw:
        expected, remedy = "an event", "to withdraw a decision, send a revocation; events are never deleted"
        return error("", "event.empty", "an empty record", expected, remedy)
    try:
        return _events.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
        return _unreadable(str(failure))


def trace(raw: bytes | None) -> Trace:
    """Returns what can be read, field by field, because any one of them may be the broken one."""
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
    return error(path, "event.unreadable", what, expected, "correct or remove the field and send the event again")
