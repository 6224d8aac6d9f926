"""The checker finds what is planted, by name, and nothing where nothing went wrong."""

import random
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from itertools import islice

import msgspec
import pytest

from liancheng import codec
from liancheng.records import topics
from liancheng.records.alerts import Alert, BankState, WatchState
from liancheng.records.entries import Entry, ListRecord
from liancheng.records.facts import Receipt
from stream_apps.stage import Record
from tests.chaos.checker import History, Sent, check
from tests.chaos.in_memory import NOW, Flow
from tests.chaos.story import BANKS, PROVINCES, Story, watch

COMPANIES = 12
EVENTS, RECEIPTS = (topic.named(PROVINCES[0]) for topic in (topics.PENALTY_EVENTS, topics.RECEIPTS))
LIST, ALERTS, PENALTIES = topics.SANCTION_LIST.name, topics.ALERTS.name, topics.PENALTIES.name
NUMBERED = topics.BANK_ALERTS.named(BANKS[0])


def healthy_history(seed: int = 1, events: int = 300) -> History:
    """A run of all stages in which nothing went wrong, with days that pass and watches that come and go."""
    flow, story = Flow(), iter(Story(seed, COMPANIES, NOW.date()))
    before = [watch(company, BANKS[0]) for company in range(COMPANIES)]
    for key, value in before:
        flow.watch(key, value)
    for round_ in range(6):
        flow.send(islice(story, events // 6))
        flow.day(NOW.date() + timedelta(120 * round_))
        flow.watch(*watch(round_, BANKS[1]))
        flow.watch(watch(round_ - 3, BANKS[1])[0], None) if round_ >= 3 else None
    return flow.history([key for key, _ in before])


@pytest.fixture(scope="module")
def whole() -> History:
    return healthy_history()


@pytest.fixture
def history(whole: History) -> History:
    return deepcopy(whole)


def names(history: History) -> set[str]:
    return {anomaly.name for anomaly in check(history)}


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_where_nothing_went_wrong(seed: int) -> None:
    history = healthy_history(seed)
    assert check(history) == []
    assert all(history.of(name) for name in (EVENTS, RECEIPTS, PENALTIES, LIST, ALERTS, NUMBERED))
    outcomes = {receipt(record).submission.outcome for record in history.of(RECEIPTS)}
    assert outcomes == {"accepted", "duplicate", "stale", "refused"}
    levels = {entry.level for record in history.of(LIST) if isinstance(entry := list_record(record), Entry)}
    assert levels >= {"clear", "penalised", "listed"}


def receipt(record: Record) -> Receipt:
    return msgspec.json.decode(record.value or b"", type=Receipt)


def list_record(record: Record) -> ListRecord:
    return msgspec.json.decode(record.value or b"", type=ListRecord)  # type: ignore[no-any-return]


def alert(record: Record) -> Alert:
    return msgspec.json.decode(record.value or b"", type=Alert)


def without(records: list[Record], at: int) -> None:
    del records[at]


def again(records: list[Record], at: int) -> None:
    """As a second writer would have left it: at the end of its partition."""
    last = max(n for n, record in enumerate(records) if record.partition == records[at].partition)
    records.insert(last + 1, records[at])


def entry_at(history: History) -> int:
    """Of an entry in the middle of its company's."""
    entries = [(n, list_record(record)) for n, record in enumerate(history.of(LIST))]
    return next(n for n, entry in entries if isinstance(entry, Entry) and entry.sequence == 2)


def changed(record: Record, type_: type[msgspec.Struct], **fields: object) -> Record:
    value = msgspec.json.decode(record.value or b"", type=type_)
    return record._replace(value=codec.encode(msgspec.structs.replace(value, **fields)))


# -- planted anomalies: what is done to the history, and what must be found ----------------------------------------


def lost_event(history: History) -> None:
    without(history.of(EVENTS), 7)


def replaced_event(history: History) -> None:
    history.of(EVENTS)[7] = history.of(EVENTS)[7]._replace(value=b"{}")


def event_from_nowhere(history: History) -> None:
    history.of(EVENTS).append(Record(EVENTS, 0, 10_000, 0, b"k", b"{}"))


def failed_event_on_the_topic(history: History) -> None:
    at = next(n for n, one in enumerate(history.sent) if one.province == PROVINCES[0])
    history.sent[at] = history.sent[at]._replace(state="failed", place=None)


def missing_receipt(history: History) -> None:
    without(history.of(RECEIPTS), 7)


def doubled_receipt(history: History) -> None:
    again(history.of(RECEIPTS), 7)


def receipt_from_nowhere(history: History) -> None:
    record = history.of(RECEIPTS)[7]
    submission = msgspec.structs.replace(receipt(record).submission, offset=10_000)
    history.of(RECEIPTS).append(changed(record, Receipt, submission=submission))


def another_outcome(history: History) -> None:
    at = next(n for n, record in enumerate(history.of(RECEIPTS)) if receipt(record).submission.outcome == "duplicate")
    record = history.of(RECEIPTS)[at]
    submission = msgspec.structs.replace(receipt(record).submission, outcome="accepted")
    history.of(RECEIPTS)[at] = changed(record, Receipt, submission=submission)


def lost_penalty(history: History) -> None:
    without(history.of(PENALTIES), penalty_at(history))


def doubled_penalty(history: History) -> None:
    again(history.of(PENALTIES), penalty_at(history))


def penalty_at(history: History) -> int:
    return next(n for n, record in enumerate(history.of(PENALTIES)) if record.key != topics.NEW_DAY_KEY)


def swapped_versions(history: History) -> None:
    """Two versions of one document in the wrong order."""
    records, seen = history.of(PENALTIES), {}
    for at, record in enumerate(records):
        value = msgspec.json.decode(record.value or b"")
        if (id_ := (record.key, value.get("id"))) in seen and "id" in value:
            records[at], records[seen[id_]] = records[seen[id_]], record
            return
        seen[id_] = at


def lost_change(history: History) -> None:
    without(history.of(LIST), entry_at(history))


def doubled_change(history: History) -> None:
    again(history.of(LIST), entry_at(history))


def another_entry(history: History) -> None:
    at = entry_at(history)
    history.of(LIST)[at] = changed(history.of(LIST)[at], Entry, name="另一家虚构公司")


def lost_day(history: History) -> None:
    """The list does not say that a day is complete."""
    at = next(n for n, record in enumerate(history.of(LIST)) if record.key == topics.NEW_DAY_KEY)
    without(history.of(LIST), at)


def lost_alert(history: History) -> None:
    without(history.of(ALERTS), 3)


def doubled_alert(history: History) -> None:
    again(history.of(ALERTS), 3)


def another_alert(history: History) -> None:
    history.of(ALERTS)[3] = changed(history.of(ALERTS)[3], Alert, name="另一家虚构公司")


def missing_number(history: History) -> None:
    without(history.of(NUMBERED), 3)


def doubled_number(history: History) -> None:
    again(history.of(NUMBERED), 3)


def another_bank_alert(history: History) -> None:
    history.of(NUMBERED)[3] = changed(history.of(NUMBERED)[3], Alert, name="另一家虚构公司")


def state_ahead_of_its_alerts(history: History) -> None:
    records = history.of(topics.DISPATCH_STATE.name)
    at = max(n for n, record in enumerate(records) if record.key == BANKS[0].encode())
    records[at] = changed(records[at], BankState, last_number=10_000)


def watch_told_of_another_alert(history: History) -> None:
    records = history.of(topics.ALERTING_STATE.name)
    newest = {record.key: n for n, record in enumerate(records) if record.value}
    at = next(n for n in newest.values() if b"told" in (records[n].value or b""))
    told = msgspec.json.decode(records[at].value or b"", type=WatchState).told
    assert told
    records[at] = changed(records[at], WatchState, told=msgspec.structs.replace(told, alert_id="another"))


def dead_letter(history: History) -> None:
    history.records[topics.DEAD_LETTERS.name] = [Record(topics.DEAD_LETTERS.name, 0, 0, 0, b"k", b"?")]


PLANTED: list[tuple[Callable[[History], None], str]] = [
    (lost_event, "lost event"),
    (replaced_event, "lost event"),
    (event_from_nowhere, "event from nowhere"),
    (failed_event_on_the_topic, "event from nowhere"),
    (missing_receipt, "missing receipt"),
    (doubled_receipt, "doubled receipt"),
    (receipt_from_nowhere, "receipt from nowhere"),
    (another_outcome, "wrong receipt"),
    (lost_penalty, "lost penalty"),
    (doubled_penalty, "doubled penalty"),
    (swapped_versions, "penalties out of order"),
    (lost_change, "lost change"),
    (doubled_change, "doubled change"),
    (another_entry, "wrong entry"),
    (lost_day, "lost change"),
    (lost_alert, "lost alert"),
    (doubled_alert, "doubled alert"),
    (another_alert, "wrong alert"),
    (missing_number, "missing number"),
    (doubled_number, "doubled number"),
    (another_bank_alert, "wrong bank alert"),
    (state_ahead_of_its_alerts, "state from nowhere"),
    (watch_told_of_another_alert, "wrong state"),
    (dead_letter, "dead letter"),
]


@pytest.mark.parametrize(("plant", "name"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
def test_what_is_planted_is_found(history: History, plant: Callable[[History], None], name: str) -> None:
    plant(history)
    assert name in names(history)


def test_an_event_of_unknown_outcome_may_be_there_or_not(history: History) -> None:
    at = next(n for n, one in enumerate(history.sent) if one.province == PROVINCES[0])
    history.sent[at] = history.sent[at]._replace(state="unknown", place=None)
    history.sent.append(Sent(PROVINCES[0], b"k", b"{}", "unknown"))
    assert check(history) == []


def test_a_lost_alert_of_a_late_watch_is_found_all_the_same(history: History) -> None:
    """Its bank may have begun at any time, but not have missed one in between."""
    of_late = [n for n, record in enumerate(history.of(ALERTS)) if alert(record).bank == BANKS[1]]
    company = alert(history.of(ALERTS)[of_late[0]]).uscc
    of_one = [n for n in of_late if alert(history.of(ALERTS)[n]).uscc == company]
    without(history.of(ALERTS), of_one[1])
    assert "lost alert" in names(history)


def test_the_story_of_a_seed_is_always_the_same() -> None:
    lines = [list(islice(Story(seed, COMPANIES, date(2026, 9, 1)), 200)) for seed in (5, 5, 6)]
    assert lines[0] == lines[1] != lines[2]


def test_anomalies_name_what_they_found(history: History) -> None:
    place = random.Random(0).randrange(50)
    lost = history.of(RECEIPTS)[place]
    where = f"{EVENTS}[{lost.partition}]@{receipt(lost).submission.offset}"
    without(history.of(RECEIPTS), place)
    (found,) = check(history)
    assert found.name == "missing receipt"
    assert where in found.text
    assert (lost.key or b"").decode() in found.text
