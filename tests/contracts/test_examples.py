"""What was frozen is read and written as it was; what is written today is what a reader of then expects."""

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, FormatChecker

from liancheng import codec
from liancheng.answers import watch_fold
from liancheng.records import topics
from liancheng.records.alerts import CustomerReference, Watch, WatchState
from liancheng.records.topics import REGISTRY, Topic
from tests.contracts import schemas
from tests.contracts.examples import Example, chosen, folder, frozen, shown_fields, topic_of
from tests.contracts.story import Written, told
from tests.unit.lives import LAST, UNHURRIED, USCC, Life, entries_of, lives

EXAMPLES = tuple(frozen())
WITH_VALUE = [example for example in EXAMPLES if example.value is not None and example.folder != "dead-letters"]
BREAKS = (
    "v1 is broken for programs that are out there: fix the code; if it has to be, see contracts/README.md, Breaking"
)


def name(example: Example) -> str:
    return f"{example.folder}/{example.name}"


@cache
def today() -> tuple[Written, ...]:
    return tuple(told())


@cache
def validator(topic: Topic) -> Draft202012Validator:
    """A reader of v1: it knows the frozen schema and nothing of today's models."""
    return Draft202012Validator(schemas.frozen(topic), format_checker=FormatChecker())


def complaints(topic: Topic, raw: bytes) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(topic).iter_errors(json.loads(raw))]


# ---- completeness


@pytest.mark.parametrize("topic", REGISTRY, ids=folder)
def test_every_topic_has_an_owner_readers_and_two_examples_of_each_type_of_record(topic: Topic) -> None:
    assert topic.owner and topic.readers and topic.about, topic.name
    schema = schemas.today(topic) if topic.value is not None else {}
    definitions = [ref["$ref"].rsplit("/", 1)[-1] for ref in schema.get("anyOf", [schema] if schema else [])]
    types = [schema["$defs"][definition]["properties"]["type"]["enum"][0] for definition in definitions]
    types += ["dead_letter"] if topic is topics.DEAD_LETTERS else []
    types += ["ended"] if topic in (topics.WATCHLISTS, topics.ALERTING_STATE) else []
    found = Counter(example.name.split("-")[0].split(".")[0] for example in EXAMPLES if example.folder == folder(topic))
    missing = [type_ for type_ in types if found[type_] < 2]
    assert not missing, (
        f"{topic.name}: tell more of it in tests/contracts/story.py, then run `make contracts`: {missing}"
    )


def test_the_story_shows_every_standing_outcome_and_kind_of_change() -> None:
    text = "".join(example.value.decode() for example in WITH_VALUE if example.value)
    for field, members in (
        ("standing", ["active", "expired", "expired_unperformed", "repaired", "revoked", "moved", "unpublished"]),
        ("outcome", ["accepted", "duplicate", "stale", "refused", "founded", "unfounded"]),
        ("kind", ["listed", "candidate", "penalised", "escalated", "eased", "cleared", "amended", "current"]),
        ("kind", ["objection_marked", "objection_resolved"]),
    ):
        missing = [member for member in members if f'"{field}":"{member}"' not in text]
        assert not missing, f"{field}: {missing}"


# Fields that no record shows: at their default on that topic, trimmed there, or filled in by the reader.
UNSHOWN = {
    "receipts.province": {".document.decision.violated.item", ".document.objection_raised.outcome"},
    "penalties": {".decision.violated.item", ".objection_raised.outcome"},
    "sanction-list": {
        *(f".cases.document.decision.{text}" for text in ("content", "facts", "legal_basis", "violated_text")),
        *(".cases.document.decision.violated.item", ".cases.document.objection_raised.outcome"),
    },
    "alerts": {".made_at", ".match", ".number"},
    "alerts.bank": {".made_at", ".match"},
}


@pytest.mark.parametrize("topic", schemas.TOPICS, ids=folder)
def test_every_field_is_shown_by_an_example(topic: Topic) -> None:
    raws = [example.value for example in WITH_VALUE if example.folder == folder(topic) and example.value]
    shown = {path for raw in raws for path in shown_fields(raw)}
    unshown = schemas.fields(schemas.frozen(topic)) - shown
    assert unshown == UNSHOWN.get(folder(topic), set()), "tell of it in tests/contracts/story.py, then `make contracts`"


# ---- today's code reads what was frozen


@pytest.mark.parametrize("example", WITH_VALUE, ids=name)
def test_a_frozen_record_is_read_and_written_again_byte_for_byte(example: Example) -> None:
    topic = topic_of(example.topic)
    assert example.value is not None
    read = codec.read(codec.decoder(topic.value), example.value, BREAKS)
    assert codec.encode(read) == example.value, BREAKS


@pytest.mark.parametrize("example", WITH_VALUE, ids=name)
def test_a_frozen_record_is_what_its_schema_and_its_headers_say(example: Example) -> None:
    assert example.value is not None
    assert not complaints(topic_of(example.topic), example.value)
    assert example.headers["ce_specversion"] == "1.0" and example.headers["content-type"] == "application/json"
    assert example.headers["ce_type"] == codec.TYPE_PREFIX + json.loads(example.value)["type"]
    assert example.headers["ce_id"] and example.headers["ce_source"].startswith("/")


# ---- a reader of then reads what is written today


def test_all_that_the_stages_write_today_is_what_a_reader_of_v1_expects() -> None:
    for one in today():
        topic = topic_of(one.topic)
        if one.value is None or topic.value is None or one.key.startswith(b"unreadable/"):
            continue
        assert not (found := complaints(topic, one.value)), f"{one.topic}: {found}\n{BREAKS}"


@UNHURRIED
@given(lives())
def test_random_lives_are_what_a_reader_of_v1_expects(life: Life) -> None:
    penalties = [penalty for document in life.documents for penalty in document]
    watch = WatchState(watch=Watch(uscc=USCC, bank="bank-a", references=(CustomerReference(customer_ref="客户1"),)))
    for penalty in penalties:
        assert not (found := complaints(topics.PENALTIES, codec.encode(penalty))), f"{found}\n{BREAKS}"
    for entry in entries_of(penalties, LAST):
        assert not (found := complaints(topics.SANCTION_LIST, codec.encode(entry))), f"{found}\n{BREAKS}"
        if step := watch_fold.on_entry(watch, watch_fold.AlertTemplates(entry, ())):
            watch, alert = step
            assert not (found := complaints(topics.BANK_ALERTS, codec.encode(alert))), f"{found}\n{BREAKS}"
            assert not (found := complaints(topics.ALERTING_STATE, codec.encode(watch))), f"{found}\n{BREAKS}"


def lost(then: Any, now: Any, where: str = "") -> list[str]:
    """What a reader of the frozen record misses in today's; fields that it does not know are no loss."""
    if isinstance(then, dict) and isinstance(now, dict):
        order = [key for key in now if key in then]
        moved = [f"{where}: the order of the fields is another one"] if order != [k for k in then if k in now] else []
        missing = [f"{where}.{key}: is missing" for key in then if key not in now]
        return moved + missing + [one for key in order for one in lost(then[key], now[key], f"{where}.{key}")]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [one for i, (a, b) in enumerate(zip(then, now, strict=True)) for one in lost(a, b, f"{where}[{i}]")]
    return [] if then == now else [f"{where}: was {then!r}, is {now!r}"]


def test_the_same_story_still_tells_a_reader_of_v1_the_same() -> None:
    made = {(example.folder, example.name): example for example in chosen(today())}
    for example in EXAMPLES:
        now = made.get((example.folder, example.name))
        assert now, f"{name(example)}: the story no longer leads to it; {_MEANT}"
        assert now[:5] == example[:5], f"{name(example)}: topic, key or headers are others; {_MEANT}"
        if example.folder == "dead-letters" or example.value is None or now.value is None:
            assert now.value == example.value, name(example)
        else:
            found = lost(json.loads(example.value), json.loads(now.value))
            assert not found, f"{name(example)}: " + "\n".join([*found[:10], _MEANT])
    unfrozen = [key for key in made if key not in {(one.folder, one.name) for one in EXAMPLES}]
    assert not unfrozen, f"run `make contracts`, which adds {unfrozen}"


_MEANT = (
    "a changed fold is seen here as readers see it. Not meant: fix the code. Meant, and still the same shape: delete "
    "these lines, run `make contracts`, and read the difference as a bank would"
)


def test_what_a_reader_misses_is_found() -> None:
    then = {"a": 1, "b": [{"c": 2}], "d": 3}
    assert not lost(then, {"a": 1, "new": 0, "b": [{"c": 2, "new": 0}], "d": 3})
    assert lost(then, {"a": 1, "b": [{"c": 2}]}) == [".d: is missing"]
    assert lost(then, {"a": 1, "b": [{"c": 4}], "d": 3}) == [".b[0].c: was 2, is 4"]
    assert lost(then, {"b": [{"c": 2}], "a": 1, "d": 3}) == [": the order of the fields is another one"]
    assert lost(then, {"a": 1, "b": [], "d": 3})
