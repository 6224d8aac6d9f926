"""The frozen examples of `contracts/v1/examples`: a file per topic, a line per record."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from liancheng.records import topics
from liancheng.records.topics import Topic
from tests.contracts.story import Written

V1 = Path(__file__).parents[2] / "contracts" / "v1"
EXAMPLES = V1 / "examples"


class Example(NamedTuple):
    """`value` None: a tombstone. `folder`: the topic's name, `<province>` and `<bank>` as words."""

    folder: str
    name: str
    topic: str
    key: str
    headers: dict[str, str]
    value: bytes | None


def folder(topic: Topic) -> str:
    return topic.name.replace("<", "").replace(">", "")


def topic_of(name: str) -> Topic:
    """The declaration of a topic that exists."""
    return next(one for one in topics.REGISTRY if one.name == name or ("<" in one.name and name.startswith(one.prefix)))


def chosen(written: Iterable[Written]) -> list[Example]:
    """Of each label the first and the last that are written, and those that show a field which none before did."""
    of_label: dict[tuple[str, str], list[Written]] = {}
    seen: set[tuple[str, str]] = set()
    last: dict[tuple[str, str], Written] = {}
    for one in written:
        place, label = folder(topic_of(one.topic)), _label(one)
        if label is None:
            continue
        promised = one.value if one.topic != topics.DEAD_LETTERS.name else None
        shown = {(place, path) for path in shown_fields(promised)}
        if (place, label) not in of_label or not shown <= seen:
            of_label.setdefault((place, label), []).append(one)
            seen |= shown
        last[place, label] = one
    for key, kept in of_label.items():
        if last[key][:3] not in {one[:3] for one in kept}:
            kept.append(last[key])
    return [
        _example(place, f"{label}-{number}", one)
        for (place, label), kept in of_label.items()
        for number, one in enumerate(kept, start=1)
    ]


def shown_fields(value: bytes | None) -> set[str]:
    """The fields that a record shows: .cases.verdict.acts.mark"""
    return set(_walk(json.loads(value), "")) if value else set()


def _walk(node: Any, where: str) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _walk(one, where)
    elif isinstance(node, dict):
        for key, child in node.items():
            yield f"{where}.{key}"
            yield from _walk(child, f"{where}.{key}")


def _example(place: str, name: str, one: Written) -> Example:
    headers = {key: value.decode() for key, value in one.headers}
    return Example(place, name, one.topic, one.key.decode(), headers, one.value)


def _label(one: Written) -> str | None:
    """What a record is an example of; None: of nothing that we promise."""
    if one.topic == topics.DEAD_LETTERS.name:
        return "dead_letter"
    if one.value is None:
        return "ended"
    if one.key.startswith(b"unreadable/") and one.topic.startswith(topics.PENALTY_EVENTS.prefix):
        return None
    return _shape(json.loads(one.value))


def _shape(value: dict[str, Any]) -> str:
    details = [value[field] for field in ("stage", "duty", "kind") if field in value]
    details += [value["change"]["kind"]] if "change" in value else []
    if "submission" in value:
        of_month = value["submission"]["type"] == "month_closed"
        details.append(value["submission"]["outcome"] + (".month" if of_month else ""))
    return ".".join([value["type"], *details])


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """An example as a line. `value`: the record's exact bytes; for a dead letter, which may be no JSON, a text."""

    name: str
    topic: str
    key: str
    headers: dict[str, str]
    value: msgspec.Raw


def frozen() -> Iterator[Example]:
    for file in sorted(EXAMPLES.glob("*.jsonl")):
        for raw in file.read_bytes().splitlines():
            line = msgspec.json.decode(raw, type=_Line)
            yield Example(file.stem, line.name, line.topic, line.key, line.headers, _value(line))


def _value(line: _Line) -> bytes | None:
    value = bytes(line.value)
    if value == b"null":
        return None
    return msgspec.json.decode(value, type=str).encode() if value.startswith(b'"') else value


def freeze(examples: Iterable[Example]) -> int:
    """Appends the examples that are not frozen yet and returns their number. Lines that exist are never changed."""
    existing = {(example.folder, example.name) for example in frozen()}
    added = [example for example in examples if (example.folder, example.name) not in existing]
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    for example in added:
        value = example.value
        if value is not None and example.topic == topics.DEAD_LETTERS.name:
            value = msgspec.json.encode(value.decode())
        line = _Line(example.name, example.topic, example.key, example.headers, msgspec.Raw(value or b"null"))
        with (EXAMPLES / f"{example.folder}.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")
    return len(added)
