"""The AsyncAPI document follows from the registry, and is one by the official schema.

`asyncapi-3.0.0.schema.json` is that of the package @asyncapi/specs 6.11.1 (Apache-2.0), without its indentation.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from liancheng.topics import REGISTRY
from tests.contracts import asyncapi
from tests.contracts.examples import V1, frozen

OFFICIAL = json.loads((Path(__file__).parent / "asyncapi-3.0.0.schema.json").read_text("utf-8"))


def written() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(asyncapi.PATH.read_text("utf-8"))
    return document


def test_it_is_up_to_date() -> None:
    assert asyncapi.PATH.read_text("utf-8") == asyncapi.text(), "topics have changed: run `make contracts`"


def test_it_is_an_asyncapi_document() -> None:
    assert not [
        f"{error.json_path}: {error.message[:200]}" for error in Draft7Validator(OFFICIAL).iter_errors(written())
    ]


@pytest.mark.parametrize("part", ["asyncapi", "info", "channels"])
def test_the_official_schema_finds_what_is_wrong(part: str) -> None:
    document = written()
    document[part] = 3
    assert list(Draft7Validator(OFFICIAL).iter_errors(document))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from references(child)


def test_its_references_lead_somewhere() -> None:
    found = set(references(written()))
    assert found
    for reference in found:
        file, place = reference.split("#/")
        node = json.loads((V1.parent / file).read_text("utf-8")) if file else written()
        for step in place.split("/"):
            node = node[step]


def test_it_names_every_topic_and_every_type_that_is_written() -> None:
    channels = written()["channels"]
    assert [channel["title"] for channel in channels.values()] == [topic.name for topic in REGISTRY]
    for example in frozen():
        if example.value is not None and example.folder != "dead-letters":
            assert json.loads(example.value)["type"] in channels[example.folder]["messages"]
