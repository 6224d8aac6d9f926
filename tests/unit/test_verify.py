"""`verify` on tables that were compacted and on stages that are behind; faults are found there too.

What it finds where nothing is missing: tests/chaos/test_checker.py.
"""

from collections.abc import Callable
from copy import deepcopy
from itertools import groupby

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.verify import phrases
from cli.verify.actual_records import ActualRecord, ActualRecords
from cli.verify.check import check
from cli.verify.report import KEPT_MAX, Report
from liancheng import codec
from liancheng.records import topics
from liancheng.records.alerts import Alert, BankState, WatchState
from liancheng.records.entries import Entry
from liancheng.records.facts import Document, Receipt
from stream_apps.stage import Record
from tests.chaos.checker import History, Whole
from tests.chaos.in_memory import NOW
from tests.chaos.story import BANKS, PROVINCES
from tests.chaos.test_checker import healthy_history

OLD = int(NOW.timestamp() * 1000) + 1  # all of the history was written before
RECEIPTS, EVENTS = (topic.named(PROVINCES[0]) for topic in (topics.RECEIPTS, topics.PENALTY_EVENTS))
LIST, PENALTIES, ALERTS = topics.SANCTION_LIST.name, topics.PENALTIES.name, topics.ALERTS.name
WATCH_STATE, BANK_STATE, NUMBERED = (
    topics.ALERTING_STATE.name,
    topics.DISPATCH_STATE.name,
    topics.BANK_ALERTS.named(BANKS[0]),
)


@pytest.fixture(scope="module")
def whole() -> History:
    return healthy_history(2)


@pytest.fixture
def history(whole: History) -> History:
    return deepcopy(whole)


def compacted(history: History) -> History:
    """As Kafka leaves it: of each key of a table the newest record; nothing of a watch that ended long ago."""
    for name, records in history.records.items():
        if any(topic.compacted and name.startswith(topic.prefix) for topic in topics.REGISTRY):
            newest = {(record.partition, record.key): record for record in records}
            history.records[name] = [one for one in records if newest[one.partition, one.key] is one and one.value]
    history.watched_before = frozenset()
    return history


def report_of(history: History, kept_since_ms: int = OLD) -> Report:
    return check(Whole(history, kept_since_ms))


def names(report: Report) -> list[str]:
    return [difference.line() for difference in report.discrepancies]


def test_of_compacted_tables_the_newest_records_are_compared(history: History) -> None:
    events = sum(len(history.of(topics.PENALTY_EVENTS.named(province))) for province in PROVINCES)
    report = report_of(compacted(history))
    assert names(report) == []
    receipts = [report.of(topics.RECEIPTS.named(province)) for province in PROVINCES]
    assert sum(tally.checked for tally in receipts) + sum(tally.unchecked for tally in receipts) == events
    assert all(tally.unchecked for tally in receipts)
    assert report.of(LIST).checked == len(history.of(LIST))
    assert report.of(LIST).unchecked


def test_what_is_younger_than_compaction_must_be_there(history: History) -> None:
    found = {difference.name for difference in report_of(compacted(history), kept_since_ms=0).discrepancies}
    assert found >= {"missing receipt", "lost change", "lost state"}


def test_a_lost_newest_entry_is_found_although_older_ones_are_gone(history: History) -> None:
    lost = next(record for record in compacted(history).of(LIST) if record.key != topics.NEW_DAY_KEY)
    history.of(LIST).remove(lost)
    (found,) = [one for one in report_of(history).discrepancies if one.topic == LIST][:1]
    assert (found.name, found.subject.split()[0]) == ("lost change", (lost.key or b"").decode())


# -- one fault in each table ---------------------------------------------------------------------------------------


def changed(record: Record, type_: type[msgspec.Struct], **fields: object) -> Record:
    value = msgspec.json.decode(record.value or b"", type=type_)
    return record._replace(value=codec.encode(msgspec.structs.replace(value, **fields)))


def last(history: History, topic: str, but: bytes = topics.NEW_DAY_KEY) -> int:
    return max(n for n, one in enumerate(history.of(topic)) if one.value and one.key != but)


def wrong_receipt(record: Record) -> Record:
    submission = msgspec.json.decode(record.value or b"", type=Receipt).submission
    return changed(record, Receipt, submission=msgspec.structs.replace(submission, revision=77))


def wrong_watch_state(record: Record) -> Record:
    watch = msgspec.json.decode(record.value or b"", type=WatchState).watch
    return changed(record, WatchState, watch=msgspec.structs.replace(watch, references=()), told=None)


FAULTS: list[tuple[str, Callable[[Record], Record], str]] = [
    (RECEIPTS, wrong_receipt, "wrong receipt"),
    (PENALTIES, lambda record: changed(record, Document, authority="虚构的另一机关"), "penalty from nowhere"),
    (LIST, lambda record: changed(record, Entry, level="candidate"), "wrong entry"),
    (WATCH_STATE, wrong_watch_state, "wrong state"),
    (ALERTS, lambda record: changed(record, Alert, level_after="candidate"), "wrong alert"),
    (BANK_STATE, lambda record: changed(record, BankState, last_number=99_999), "state from nowhere"),
    (NUMBERED, lambda record: changed(record, Alert, level_after="candidate"), "wrong bank alert"),
]


def subject_of(record: Record) -> str:
    """What a difference must name: USCC, document id, or bank."""
    if record.topic in {ALERTS, NUMBERED}:
        alert = msgspec.json.decode(record.value or b"", type=Alert)
        return f"{alert.uscc}/{alert.bank}" if record.topic == ALERTS else f"{alert.bank} {alert.number}"
    return (record.key or b"").decode()


@pytest.mark.parametrize("depth", ["whole", "compacted"])
@pytest.mark.parametrize(("topic", "wrong", "name"), FAULTS, ids=[topic for topic, _, _ in FAULTS])
def test_a_wrong_record_is_named_by_its_subject(
    history: History, depth: str, topic: str, wrong: Callable[[Record], Record], name: str
) -> None:
    at, told = last(history, topic), history.of(topic)[last(history, topic)]
    if topic == PENALTIES:
        documents = [n for n, one in enumerate(history.of(topic)) if b'"type":"document"' in (one.value or b"")]
        at, told = documents[-1], history.of(topic)[documents[-1]]
    history.of(topic)[at] = wrong(told)
    report = report_of(compacted(history) if depth == "compacted" else history)
    found = [one for one in report.discrepancies if one.topic == topic and one.name == name]
    assert [one for one in found if subject_of(told) in one.subject], names(report)


def test_a_difference_says_what_was_found_and_what_was_expected(history: History) -> None:
    at = last(history, LIST)
    entry = msgspec.json.decode(history.of(LIST)[at].value or b"", type=Entry)
    level = "listed" if entry.level == "clear" else "clear"
    history.of(LIST)[at] = changed(history.of(LIST)[at], Entry, level=level)
    found = next(one for one in report_of(history).discrepancies if one.name == "wrong entry")
    assert (found.found, found.expected) == (f"level {level}", f"level {entry.level}")
    assert found.subject == f"{entry.uscc} {entry.sequence}"


def test_bytes_that_are_no_record_are_named_not_raised(history: History) -> None:
    for topic in (RECEIPTS, PENALTIES, LIST, WATCH_STATE, ALERTS, BANK_STATE, NUMBERED, topics.WATCHLISTS.name):
        history.of(topic).append(Record(topic, 0, 10_000, 0, b"garbage", b"{garbage"))
    found = {
        difference.topic for difference in report_of(history).discrepancies if difference.name == "unreadable record"
    }
    assert found >= {RECEIPTS, PENALTIES, LIST, WATCH_STATE, ALERTS, BANK_STATE, NUMBERED, topics.WATCHLISTS.name}


# -- a live system -------------------------------------------------------------------------------------------------


INPUTS = {
    "standardise": [topics.PENALTY_EVENTS.named(province) for province in PROVINCES],
    "joint_list": [PENALTIES],
    "alerting": [LIST, topics.WATCHLISTS.name],
    "dispatch": [ALERTS],
}
OUTPUTS = {
    "standardise": [topics.RECEIPTS.named(province) for province in PROVINCES],
    "joint_list": [LIST],
    "alerting": [WATCH_STATE, ALERTS],
    "dispatch": [BANK_STATE, *(topics.BANK_ALERTS.named(bank) for bank in BANKS)],
}


@pytest.mark.parametrize("stage", INPUTS)
def test_what_a_stage_has_not_worked_off_is_in_flight(history: History, stage: str) -> None:
    """It has committed nothing and written nothing: all before and behind it is as it should be."""
    behind = list(INPUTS).index(stage)
    for later in list(INPUTS)[behind:]:
        for topic in OUTPUTS[later]:
            history.records.pop(topic, None)
    if stage == "standardise":
        history.records[PENALTIES] = [one for one in history.of(PENALTIES) if one.key == topics.NEW_DAY_KEY]
        history.records[LIST] = healthy_days(history)
    source = Whole(history)
    source.processed_to = {
        (later, topic, partition): 0
        for later in list(INPUTS)[behind:]
        for topic in INPUTS[later]
        for partition in range(topics.PENALTIES.partitions)
    }
    source.provinces = PROVINCES
    report = check(source)
    assert names(report) == []
    assert sum(tally.in_flight for tally in report.topics.values()) > 0
    source.processed_to = {}
    assert names(check(source)) != [], "once it says that it has done it, it is missing"


def healthy_days(history: History) -> list[Record]:
    """Without penalties a list has only its days."""
    days = [one for one in healthy_history(2).of(LIST) if one.key == topics.NEW_DAY_KEY]
    return [one for _, of_one in groupby(days, lambda one: one.partition) for one in of_one]


@pytest.mark.parametrize("seed", range(2))
def test_outputs_of_work_in_flight_may_be_there_in_part(seed: int) -> None:
    """A stage that was cut off in the middle of what it has written after its last known offset."""
    history = healthy_history(seed)
    source = Whole(history, OLD)
    for stage, names_ in INPUTS.items():
        for topic in names_:
            for partition in range(topics.PENALTIES.partitions):
                mine = [one for one in history.of(topic) if one.partition == partition]
                source.processed_to[stage, topic, partition] = mine[len(mine) // 2].offset if mine else 0
    assert names(check(source)) == []


def test_work_in_flight_hides_no_older_state(history: History) -> None:
    """The company's last entry is in flight; the state may be that before it or after it, but none of long ago."""
    records = history.of(WATCH_STATE)
    newest = {one.key: n for n, one in enumerate(records) if one.value}
    told = {n: msgspec.json.decode(records[n].value or b"", type=WatchState).told for n in newest.values()}
    at = max(told, key=lambda n: one.sequence if (one := told[n]) else 0)
    key = history.of(WATCH_STATE)[at].key or b""
    entries = [one for one in history.of(LIST) if one.key == key.split(b"/")[0]]
    place = ("alerting", LIST, entries[-1].partition)
    source, spoiled = Whole(history), Whole(history)
    source.processed_to[place] = spoiled.processed_to[place] = entries[-1].offset
    assert names(check(source)) == []
    history.of(WATCH_STATE)[at] = changed(history.of(WATCH_STATE)[at], WatchState, told=None)
    assert [(one.name, one.subject) for one in check(spoiled).discrepancies] == [("wrong state", key.decode())]


def test_a_phrase_names_the_field_that_tells_most() -> None:
    one, other = b'{"a":1,"level":"listed"}', b'{"a":2,"level":"candidate"}'
    assert phrases.first_difference(one, other) == ("level listed", "level candidate")
    assert phrases.first_difference(b'{"a":[1,{"b":2}]}', b'{"a":[1,{"b":3}]}') == ("a 2.b 2", "a 2.b 3")
    assert phrases.first_difference(b"?", b"{}")[0] == "1 bytes that are no record"
    assert phrases.summary(None) == "a tombstone"


@given(st.lists(st.integers(0, 6), max_size=12), st.integers(0, 7), st.integers(0, 12))
def test_a_record_is_found_by_its_number_in_order_or_not(numbers: list[int], wanted: int, start: int) -> None:
    records = ActualRecords()
    for at, number in enumerate(numbers):
        records.append(ActualRecord(number, at, 7, bytes(32)))
    assert records.index_of(wanted, start) == next(
        (at for at, number in enumerate(numbers) if at >= start and number == wanted), None
    )
    assert [records.is_repeated(at) for at in range(len(records))] == [
        n in numbers[:at] for at, n in enumerate(numbers)
    ]


def test_of_a_fault_without_end_a_thousand_are_named_and_all_are_counted() -> None:
    report = Report()
    for number in range(KEPT_MAX + 5):
        report.add("lost change", LIST, "", str(number))
    assert (len(report.discrepancies), report.count) == (KEPT_MAX, KEPT_MAX + 5)
