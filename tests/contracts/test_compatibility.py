"""A change that breaks v1 is found before it is merged: each rule, with a break planted for it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from liancheng import codec
from liancheng.errors import UndigestibleError
from liancheng.records import topics
from liancheng.records.topics import Topic
from tests.contracts import schemas
from tests.contracts.compatibility import breaks, may_grow
from tests.contracts.examples import folder, frozen
from tests.contracts.schemas import Schema


@pytest.mark.parametrize("topic", schemas.TOPICS, ids=folder)
def test_todays_schema_keeps_what_v1_promises(topic: Topic) -> None:
    found = breaks(schemas.frozen(topic), schemas.today(topic), may_grow=may_grow(topic))
    assert not found, (
        f"{topic.name}: programs built for v1 stop or go wrong:\n" + "\n".join(map(str, found)) + "\n"
        "undo it; if it has to be, it is v2: topics of its own beside v1 (contracts/README.md, Breaking)"
    )


@pytest.mark.parametrize("topic", schemas.TOPICS, ids=folder)
def test_what_was_added_is_promised_too(topic: Topic) -> None:
    assert schemas.frozen(topic) == schemas.today(topic), (
        f"{topic.name} has grown: run `make contracts`, commit the rest"
    )


def fields(schema: Schema, definition: str) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"][definition]["properties"]
    return found


def remove(schema: Schema) -> None:
    del fields(schema, "Alert")["measures"]


def require(schema: Schema) -> None:
    schema["$defs"]["Alert"]["required"].append("supersedes")


def require_new(schema: Schema) -> None:
    fields(schema, "Reason")["colour"] = {"type": "string"}
    schema["$defs"]["Reason"]["required"].append("colour")


def loosen(schema: Schema) -> None:
    schema["$defs"]["Alert"]["required"].remove("sequence")


def retype(schema: Schema) -> None:
    fields(schema, "Alert")["sequence"] = {"type": "string"}


def retype_items(schema: Schema) -> None:
    fields(schema, "Alert")["reasons"]["items"] = {"type": "string"}


def make_nullable(schema: Schema) -> None:
    fields(schema, "Alert")["name"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def narrow(schema: Schema) -> None:
    fields(schema, "Alert")["kind"]["enum"].remove("eased")


def widen(schema: Schema) -> None:
    fields(schema, "Reason")["standing"]["enum"].append("suspended")


def widen_optional(schema: Schema) -> None:
    fields(schema, "Reason")["severity"]["anyOf"][0]["enum"].append("grave")


def free(schema: Schema) -> None:
    del fields(schema, "Alert")["kind"]["enum"]
    fields(schema, "Alert")["kind"]["type"] = "string"


def default_anew(schema: Schema) -> None:
    fields(schema, "CustomerReference")["role"]["default"] = "guarantor"


def limit(schema: Schema) -> None:
    fields(schema, "Alert")["name"]["maxLength"] = 20


def forbid(schema: Schema) -> None:
    schema["$defs"]["Alert"]["additionalProperties"] = False


PLANTED: list[tuple[Callable[[Schema], None], str]] = [
    (remove, ".measures: is no longer there [a field removed]"),
    (require, ".supersedes: was optional or not there: old records lack it [a field required anew]"),
    (require_new, ".reasons[].colour: was optional or not there: old records lack it [a field required anew]"),
    (loosen, ".sequence: was always there: old readers rely on it [a field no longer certain]"),
    (retype, ".sequence: type was integer, is string [another type]"),
    (retype_items, ".reasons[]: type was object, is string [another type]"),
    (make_nullable, ".name: null: strict readers stop at it [a kind of record added]"),
    (narrow, ".kind: lost eased [an enumeration narrowed]"),
    (widen, ".reasons[].standing: got suspended: strict readers stop at it [an enumeration widened]"),
    (widen_optional, ".reasons[].severity<enum>: got grave: strict readers stop at it [an enumeration widened]"),
    (free, ".kind: an enumeration became a free text, or the reverse [another type]"),
    (default_anew, ".references[].role: was borrower, is guarantor [another default]"),
    (limit, ".name: maxLength was None, is 20 [another limit]"),
    (forbid, ": additionalProperties was None, is False [another limit]"),
]


@pytest.mark.parametrize(("plant", "message"), PLANTED, ids=lambda case: getattr(case, "__name__", ""))
def test_a_planted_break_is_found(plant: Callable[[Schema], None], message: str) -> None:
    then = schemas.today(topics.BANK_ALERTS)
    now = copy.deepcopy(then)
    plant(now)
    assert message in map(str, breaks(then, now, may_grow=False))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda union: union.pop(), "a kind of record removed"),
        (lambda union: union.append({"$ref": "#/$defs/Case"}), "a kind of record added"),
    ],
)
def test_a_type_of_record_may_neither_go_nor_come_where_others_read(change: Any, rule: str) -> None:
    then = schemas.today(topics.SANCTION_LIST)
    now = copy.deepcopy(then)
    change(now["anyOf"])
    assert rule in {one.rule for one in breaks(then, now, may_grow=False)}


def test_what_may_be_added() -> None:
    then = schemas.today(topics.BANK_ALERTS)
    now = copy.deepcopy(then)
    fields(now, "Reason")["river_basin"] = {"type": "string", "default": ""}
    assert not breaks(then, now, may_grow=False), "an optional field"
    widen(now)
    assert not breaks(then, now, may_grow=True), "a new member, where we install all readers"


def test_who_reads_decides_what_may_grow() -> None:
    outside = [topic.name for topic in schemas.TOPICS if not may_grow(topic)]
    assert outside == ["receipts.<province>", "sanction-list", "alerts.<bank>", "screening-receipts.<bank>"]


def test_why_members_may_not_come_a_strict_reader_stops_at_one_that_it_does_not_know() -> None:
    """Our own readers are strict: msgspec refuses a value that is not in the Literal. Unknown fields it ignores."""
    raw = next(one.value for one in frozen() if (one.folder, one.name) == ("alerts.bank", "alert.eased-1"))
    assert raw is not None
    grown = raw.replace(b'"kind":"eased"', b'"kind":"softened"')
    with pytest.raises(UndigestibleError, match=r"Invalid enum value 'softened' - at `\$\.kind`"):
        codec.read(codec.decoder(topics.BANK_ALERTS.value), grown, "alerts.bank-a")
    longer = raw.replace(b'"kind":"eased"', b'"kind":"eased","colour":"red"')
    assert codec.encode(codec.read(codec.decoder(topics.BANK_ALERTS.value), longer, "alerts.bank-a")) == raw
