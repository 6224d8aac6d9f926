"""The frozen examples of `contracts/v1`: a record's bytes in one file, its place and headers in the one beside it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from liancheng.records import topics
from liancheng.records.topics import Topic
from tests.contracts.story import Written

V1 = Path(__file__).parents[2] / "contracts" / "v1"
_BESIDE = ".record.json"


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


def frozen() -> Iterator[Example]:
    for beside in sorted(V1.glob(f"*/*{_BESIDE}")):
        name = beside.name.removesuffix(_BESIDE)
        record = json.loads(beside.read_text("utf-8"))
        value = beside.with_name(f"{name}.json").read_bytes() if record["value"] else None
        yield Example(beside.parent.name, name, record["topic"], record["key"], record["headers"], value)


def freeze(example: Example) -> bool:
    """Write an example that is not there yet; one that is there is never touched. Whether it was written."""
    beside = V1 / example.folder / f"{example.name}{_BESIDE}"
    if beside.exists():
        return False
    beside.parent.mkdir(parents=True, exist_ok=True)
    value = f"{example.name}.json" if example.value is not None else None
    record = {"topic": example.topic, "key": example.key, "headers": example.headers, "value": value}
    if value and example.value is not None:
        beside.with_name(value).write_bytes(example.value)
    beside.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return True
