"""How a record differs from the expected one, in a phrase for people."""

from typing import Any

import msgspec

_FIRST = ("outcome", "level", "level_after", "kind", "sequence", "number", "last_number", "told", "name")
_LONG = 60  # characters of one value


def first_difference(found: bytes | None, expected: bytes | None) -> tuple[str, str]:
    """The field in which they differ first, as found and as expected: `level listed`, `level candidate`."""
    actual, wanted = _decoded(found), _decoded(expected)
    if not (isinstance(actual, dict) and isinstance(wanted, dict)):
        return summary(found), summary(expected)
    path, actual, wanted = _first_difference(actual, wanted, "")
    return f"{path} {_short(actual)}".strip(), f"{path} {_short(wanted)}".strip()


def summary(value: bytes | None) -> str:
    """What a record is about, by its most telling fields."""
    if value is None:
        return "a tombstone"
    decoded = _decoded(value)
    if not isinstance(decoded, dict):
        return f"{len(value)} bytes that are no record"
    flat = decoded | decoded.get("submission", {})
    fields = [f"{name} {_short(flat[name])}" for name in ("version", "day", *_FIRST) if name in flat]
    return " ".join([str(decoded.get("type", "a record")), ", ".join(fields)]).strip()


def _first_difference(found: Any, expected: Any, path: str) -> tuple[str, Any, Any]:
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in sorted(found.keys() | expected.keys(), key=_rank):
            if found.get(name) != expected.get(name):
                return _first_difference(found.get(name), expected.get(name), f"{path}.{name}".lstrip("."))
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for number, (item, wanted) in enumerate(zip(found, expected, strict=True), start=1):
            if item != wanted:
                return _first_difference(item, wanted, f"{path} {number}")
    return path or "order of fields", found, expected


def _rank(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST)), name


def _decoded(value: bytes | None) -> Any:
    try:
        return msgspec.json.decode(value or b"null")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _LONG else text[:_LONG] + "…"
