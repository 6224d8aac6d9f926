"""`contracts/asyncapi.yaml`: the registry of topics as an AsyncAPI 3.0 document, for whoever makes clients of it."""

from typing import Any

import yaml

from liancheng.records.topics import REGISTRY, Topic
from tests.contracts import schemas
from tests.contracts.compatibility import OUTSIDE
from tests.contracts.examples import V1, folder

PATH = V1.parent / "asyncapi.yaml"
_HEAD = "# Made from liancheng/records/topics.py by `make contracts`; the README beside it says what is promised.\n"
_ONE_OF_EACH = {
    "province": "A province's code of GB/T 2260, such as 310000.",
    "bank": "A subscribing bank's id, as on the topic `banks`.",
}
_CLOUD_EVENT = {
    "ce_specversion": "1.0",
    "ce_type": "cn.liancheng. and the value's type",
    "ce_source": "who wrote it",
    "ce_id": "the same event, the same id",
    "content-type": "application/json",
}

Node = dict[str, Any]


def document() -> Node:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Liancheng 联惩",
            "version": "1.0.0",
            "description": "Penalty decisions in, one live joint-sanction list and numbered alerts out. See README.md.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "variables": {"bootstrap": {"description": "The region's brokers, as LIANCHENG_BOOTSTRAP names them."}},
            }
        },
        "channels": {folder(topic): _channel(topic) for topic in REGISTRY},
        "operations": dict(_operation(topic) for topic in REGISTRY if _party(topic)),
        "components": {"messageTraits": {"cloudEvent": _trait()}},
    }


def text() -> str:
    return _HEAD + yaml.safe_dump(document(), allow_unicode=True, sort_keys=False, width=120)


def _channel(topic: Topic) -> Node:
    settings = topic.settings()
    configuration: Node = {"cleanup.policy": [settings["cleanup.policy"]]}
    configuration |= {key: int(value) for key, value in settings.items() if key.endswith("retention.ms")}
    names = [name for name in _ONE_OF_EACH if f"<{name}>" in topic.name]
    return {
        "address": topic.name.replace("<", "{").replace(">", "}"),
        "title": topic.name,
        "description": topic.about,
        **({"parameters": {name: {"description": _ONE_OF_EACH[name]} for name in names}} if names else {}),
        "messages": dict(_message(topic, tag, definition) for tag, definition in _records(topic)),
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": "0.5.0",
            }
        },
        "x-key": topic.key,
        "x-owner": topic.owner,
        "x-readers": list(topic.readers),
        "x-kept": "the newest per key" if topic.compacted else "for ever",
        **({"x-min-compaction-lag-ms": int(settings["min.compaction.lag.ms"])} if topic.compacted else {}),
    }


def _records(topic: Topic) -> list[tuple[str, str | None]]:
    """Each type of record and the name of its schema."""
    if topic.value is None:
        return [("dead_letter", None)]
    schema = schemas.today(topic)
    references = [one["$ref"] for one in schema.get("anyOf", [schema])]
    names = [reference.rsplit("/", 1)[-1] for reference in references]
    return [(schema["$defs"][name]["properties"]["type"]["enum"][0], name) for name in names]


def _message(topic: Topic, tag: str, definition: str | None) -> tuple[str, Node]:
    reference = f"./v1/schemas/{schemas.path(topic).name}#/$defs/{definition}"
    payload = {
        "schemaFormat": "application/schema+json;version=draft-2020-12",
        "schema": {"$ref": reference} if definition else {},
    }
    return tag, {
        "name": tag,
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": "0.5.0"}},
        **({"traits": [{"$ref": "#/components/messageTraits/cloudEvent"}]} if definition else {}),
    }


def _trait() -> Node:
    fields = {name: {"type": "string", "description": what} for name, what in _CLOUD_EVENT.items()}
    return {"headers": {"type": "object", "required": list(fields), "properties": fields}}


def _party(topic: Topic) -> str | None:
    """Who outside writes or reads it; where both do, who writes it."""
    return next((one for one in (topic.owner, *topic.readers) if one in OUTSIDE), None)


def _operation(topic: Topic) -> tuple[str, Node]:
    """Seen from here: what an outside party writes is received."""
    action = "receive" if topic.owner in OUTSIDE else "send"
    return f"{action}.{folder(topic)}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{folder(topic)}"},
        "summary": f"{topic.about} The other side: {_party(topic)}.",
    }
