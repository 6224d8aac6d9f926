"""The AsyncAPI document follows from the registry, and has what AsyncAPI 3.0.0 asks of one."""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from liancheng.records.topics import REGISTRY
from tests.contracts import asyncapi
from tests.contracts.examples import V1, frozen


def written() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(asyncapi.PATH.read_text("utf-8"))
    return document


def test_it_is_up_to_date() -> None:
    assert asyncapi.PATH.read_text("utf-8") == asyncapi.text(), "topics have changed: run `make contracts`"


def test_it_has_what_the_specification_requires() -> None:
    document = written()
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["title"] and document["info"]["version"]
    assert all(server["host"] and server["protocol"] == "kafka" for server in document["servers"].values())
    for channel in document["channels"].values():
        wanted = {part[1:-1] for part in channel["address"].split(".") if part.startswith("{")}
        assert wanted == set(channel.get("parameters", {}))
        assert channel["messages"]
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]


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
