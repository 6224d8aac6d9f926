"""JSON Schemas of the topics' values: today's, as msgspec derives them, and those frozen in `contracts/v1/schemas`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from liancheng.records.topics import REGISTRY, Topic
from tests.contracts.examples import V1, folder

Schema = dict[str, Any]
FOLDER = V1 / "schemas"
TOPICS = tuple(topic for topic in REGISTRY if topic.value is not None)  # a dead letter is the record as it was


def today(topic: Topic) -> Schema:
    """Without descriptions: a docstring is no promise."""
    schema: Schema = _bare(json.loads(msgspec.json.encode(msgspec.json.schema(topic.value))))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _bare(node: Any) -> Any:
    if isinstance(node, dict):
        kept = node.items() if not _is_schema(node) else ((k, v) for k, v in node.items() if k != "description")
        return {key: _bare(value) for key, value in kept}
    return [_bare(one) for one in node] if isinstance(node, list) else node


def _is_schema(node: Schema) -> bool:
    """A field may itself be called description; a schema's is a text."""
    return isinstance(node.get("description"), str)


def path(topic: Topic) -> Path:
    return FOLDER / f"{folder(topic)}.json"


def frozen(topic: Topic) -> Schema:
    schema: Schema = json.loads(path(topic).read_text("utf-8"))
    return schema


def text(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def fields(schema: Schema) -> set[str]:
    """Every field that a record may show: .cases.verdict.acts.mark"""
    return set(_fields(schema, schema["$defs"], ""))


def _fields(node: Schema, definitions: Schema, where: str) -> Iterator[str]:
    node = definitions[node["$ref"].rsplit("/", 1)[-1]] if "$ref" in node else node
    for inner in (*node.get("anyOf", ()), *([node["items"]] if isinstance(node.get("items"), dict) else ())):
        yield from _fields(inner, definitions, where)
    for name, field in node.get("properties", {}).items():
        yield f"{where}.{name}"
        yield from _fields(field, definitions, f"{where}.{name}")
