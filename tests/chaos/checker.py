"""What must hold after anything that may have happened: pure functions from what was sent and read to anomalies.

Two things are known for sure: what agencies sent, and what readers of committed records see. Everything else is
computed again from the topic before it by the folds, without Kafka, and must be the same byte for byte.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations_with_replacement
from typing import Literal, NamedTuple

from liancheng import alerting, codec, dispatch, documents, topics
from liancheng.alerts import Alert, BankState, Watch, WatchState
from liancheng.entries import Entry, ListRecord
from liancheng.facts import Document, DocumentMoved, NewDay, Penalty, Receipt
from stream_apps.joint_list import JointList
from stream_apps.stage import Output, Record

EPOCH = datetime.fromtimestamp(0, UTC)
_receipt = codec.decoder(Receipt).decode
_penalty = codec.decoder(Penalty).decode
_list_record = codec.decoder(ListRecord).decode
_alert = codec.decoder(Alert).decode
_watch = codec.decoder(Watch).decode
_bank_state = codec.decoder(BankState).decode
_watch_state = codec.decoder(WatchState).decode


class Sent(NamedTuple):
    """One event as an agency sent it, and what its producer was told.

    `ok`: it stands at `place`. `failed`: it must not be on the topic. `unknown`: it may be there, or not.
    """

    province: str
    key: bytes
    value: bytes
    state: Literal["ok", "failed", "unknown"]
    place: tuple[int, int] | None = None


@dataclass
class History:
    """What was sent, and the committed records of every topic, each topic's in the order of partition and offset."""

    sent: list[Sent]
    records: dict[str, list[Record]]
    watched_before: frozenset[bytes] = frozenset()  # watches that alerting had read before the first event was sent

    def of(self, topic: str) -> list[Record]:
        return self.records.get(topic, [])

    def named(self, topic: topics.Topic) -> dict[str, list[Record]]:
        """The records of each province or bank that has such a topic."""
        return {
            name.removeprefix(topic.prefix): records
            for name, records in self.records.items()
            if name.startswith(topic.prefix)
        }


class Anomaly(NamedTuple):
    name: str
    text: str


@dataclass
class _Standardised:
    """What the events of all provinces lead to."""

    anomalies: list[Anomaly] = field(default_factory=list)
    penalties: Counter[tuple[bytes, bytes]] = field(default_factory=Counter)


def check(history: History) -> list[Anomaly]:
    """All anomalies of a run; an empty list is the proof that each event counted exactly once."""
    standardised = _standardised(history)
    return [
        *lost_events(history),
        *standardised.anomalies,
        *([] if standardised.anomalies else penalties(history, standardised.penalties)),
        *versions(history),
        *sequences(history),
        *the_list(history),
        *alerts(history),
        *numbers(history),
        *states(history),
        *dead_letters(history),
    ]


# -- what agencies sent --------------------------------------------------------------------------------------------


def lost_events(history: History) -> Iterator[Anomaly]:
    """`lost event`: acknowledged, but not where it was said to be. `event from nowhere`: on the topic, but not sent."""
    for province, records in history.named(topics.PENALTY_EVENTS).items():
        sent = [one for one in history.sent if one.province == province]
        there = {(record.partition, record.offset): (record.key, record.value) for record in records}
        for one in sent:
            if one.state == "ok" and there.pop(one.place or (-1, -1), None) != (one.key, one.value):
                yield Anomaly("lost event", f"{province} {one.place} {one.key!r}")
        perhaps = Counter((one.key, one.value) for one in sent if one.state == "unknown")
        for place, found in there.items():
            perhaps[found] -= 1
            if perhaps[found] < 0:
                yield Anomaly("event from nowhere", f"{province} {place} {found[0]!r}")


# -- standardise ---------------------------------------------------------------------------------------------------


def _standardised(history: History) -> _Standardised:
    """Receipts against the fold of the events.

    `missing receipt`, `doubled receipt`: an event has none, or more than one. `receipt from nowhere`: there is no such
    event. `wrong receipt`: not the bytes that the fold gives. The clock's reading is taken from the receipt itself.
    """
    made = _Standardised()
    receipts_of = history.named(topics.RECEIPTS)
    for province, events in history.named(topics.PENALTY_EVENTS).items():
        found: dict[tuple[int, int], list[Record]] = defaultdict(list)
        for record in receipts_of.get(province, []):
            found[record.partition, _receipt(record.value or b"").submission.offset].append(record)
        held: dict[tuple[int, bytes], Document | None] = {}
        for event in events:
            mine = found.pop((event.partition, event.offset), [])
            if len(mine) != 1:
                name = "doubled receipt" if mine else "missing receipt"
                made.anomalies.append(Anomaly(name, f"{province}[{event.partition}]@{event.offset}"))
            if mine:
                _fold_event(province, event, mine[0], held, made)
        made.anomalies += [Anomaly("receipt from nowhere", f"{province} {place}") for place in found]
    return made


def _fold_event(
    province: str,
    event: Record,
    found: Record,
    held: dict[tuple[int, bytes], Document | None],
    made: _Standardised,
) -> None:
    key = event.key or b""
    place = documents.Place(province, key.decode(errors="replace"), event.partition, event.offset, event.instant())
    accepted_at = _receipt(found.value or b"").submission.accepted_at
    folded = documents.fold(held.get((event.partition, key)), event.value, place, accepted_at)
    held[event.partition, key] = folded.receipt.document
    made.penalties.update((uscc.encode(), codec.encode(penalty)) for uscc, penalty in folded.penalties)
    if (found.key, found.value) != (key, codec.encode(folded.receipt)):
        made.anomalies.append(Anomaly("wrong receipt", f"{province}[{event.partition}]@{event.offset}"))


def penalties(history: History, expected: Counter[tuple[bytes, bytes]]) -> Iterator[Anomaly]:
    """`lost penalty`: an accepted event did not get through. `doubled penalty`: one too many, or nobody's."""
    found = Counter(
        (record.key or b"", record.value or b"")
        for record in history.of(topics.PENALTIES.name)
        if record.key not in (topics.NEW_DAY_KEY, topics.STANDARD_KEY)
    )
    for (key, value), count in (expected - found).items():
        yield Anomaly("lost penalty", f"{key!r} {count}x {_of(value)}")
    for (key, value), count in (found - expected).items():
        yield Anomaly("doubled penalty", f"{key!r} {count}x {_of(value)}")


def _of(value: bytes) -> str:
    penalty = _penalty(value)
    return str(penalty.day) if isinstance(penalty, NewDay) else f"{penalty.id} v{penalty.version}"


def versions(history: History) -> Iterator[Anomaly]:
    """`penalties out of order`: a subject hears of an older version of a document after a newer one."""
    last: dict[tuple[bytes | None, str], int] = {}
    for record in history.of(topics.PENALTIES.name):
        penalty = _penalty(record.value or b"")
        if isinstance(penalty, Document | DocumentMoved):
            if penalty.version <= last.get((record.key, penalty.id), 0):
                yield Anomaly("penalties out of order", f"{record.key!r} {penalty.id} v{penalty.version}")
            last[record.key, penalty.id] = penalty.version


# -- joint_list ----------------------------------------------------------------------------------------------------


def sequences(history: History) -> Iterator[Anomaly]:
    """`lost change`: a number of a subject's sequence is missing. `doubled change`: one came again."""
    last: Counter[bytes] = Counter()
    for record in history.of(topics.SANCTION_LIST.name):
        entry = _list_record(record.value or b"")
        if not isinstance(entry, Entry):
            continue
        key = record.key or b""
        if entry.sequence != last[key] + 1:
            name = "lost change" if entry.sequence > last[key] else "doubled change"
            yield Anomaly(name, f"{entry.uscc}: {entry.sequence} comes after {last[key]}")
        last[key] = entry.sequence


def the_list(history: History) -> Iterator[Anomaly]:
    """`wrong list`: a partition is not, record by record, what the fold makes of that partition of `penalties`."""
    stage = JointList()
    found = _by_partition(history.of(topics.SANCTION_LIST.name))
    facts = _by_partition(history.of(topics.PENALTIES.name))
    for partition in sorted(found.keys() | facts.keys()):
        unit = stage.open([(topics.PENALTIES.name, partition)])
        out: list[Output] = []
        for record in facts.get(partition, []):
            unit.fold(record, EPOCH, out)
            unit.commit()
        expected = [(output.key, output.value) for output in out]
        really = [(record.key, record.value) for record in found.get(partition, [])]
        if really != expected:
            yield Anomaly("wrong list", f"sanction-list[{partition}]: {_first_difference(really, expected)}")


def _by_partition(records: Iterable[Record]) -> dict[int, list[Record]]:
    split: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        split[record.partition].append(record)
    return split


Pair = tuple[bytes | None, bytes | None]


def _first_difference(found: Sequence[Pair], expected: Sequence[Pair]) -> str:
    same = next((n for n, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), None)
    at = min(len(found), len(expected)) if same is None else same
    return f"{len(found)} records, {len(expected)} expected, the first difference at number {at}"


# -- alerting ------------------------------------------------------------------------------------------------------


def alerts(history: History) -> Iterator[Anomaly]:
    """`wrong alerts`: there is no order of a company's entries and a bank's watches of it that leads to these alerts.

    A watch that was read before the first event has one order only: before all entries.
    """
    watches: dict[bytes, list[Record]] = defaultdict(list)
    for record in history.of(topics.WATCHLISTS.name):
        watches[record.key or b""].append(record)
    found: dict[bytes, list[bytes | None]] = {key: [] for key in watches}
    for record in history.of(topics.ALERTS.name):
        alert = _alert(record.value or b"")
        found.setdefault(f"{alert.uscc}/{alert.bank}".encode(), []).append(record.value)
    tellings = _tellings(history, {key.split(b"/")[0] for key in found})
    for key, really in found.items():
        first = int(key in history.watched_before)  # of the watches that come before any entry
        told = tellings.get(key.split(b"/")[0], [])
        if not any(
            _told(told, watches[key], order) == really for order in _orders(len(told), len(watches[key]), first)
        ):
            ids = [_alert(value or b"").id for value in really]
            yield Anomaly("wrong alerts", f"{key.decode()}: {ids} of {len(told)} entries")


def _tellings(history: History, companies: set[bytes]) -> dict[bytes, list[alerting.Telling]]:
    made: dict[bytes, list[alerting.Telling]] = defaultdict(list)
    for record in history.of(topics.SANCTION_LIST.name):
        if record.key in companies:
            entry = _list_record(record.value or b"")
            made[record.key].append(alerting.telling(entry))
    return made


def _orders(entries: int, watches: int, first: int) -> Iterator[tuple[int, ...]]:
    """After how many entries each watch came; the first `first` of them before all."""
    for later in combinations_with_replacement(range(entries + 1), watches - first):
        yield (0,) * first + later


def _told(tellings: list[alerting.Telling], watches: list[Record], order: tuple[int, ...]) -> list[bytes]:
    state: WatchState | None = None
    made: list[bytes] = []
    for number in range(len(tellings) + 1):
        for watch, after in zip(watches, order, strict=True):
            if after == number:
                state, alert = _watch_comes(state, watch, tellings[number - 1] if number else None)
                made += [codec.encode(alert)] if alert else []
        if state and number < len(tellings) and (told := alerting.on_entry(state, tellings[number])):
            state = told[0]
            made.append(codec.encode(told[1]))
    return made


def _watch_comes(
    state: WatchState | None, watch: Record, telling: alerting.Telling | None
) -> tuple[WatchState | None, Alert | None]:
    if watch.value is None:
        return None, None
    return alerting.on_watch(state, _watch(watch.value), telling) or (state, None)


# -- dispatch ------------------------------------------------------------------------------------------------------


def numbers(history: History) -> Iterator[Anomaly]:
    """`missing number`, `doubled number`: a bank's numbers are not 1, 2, 3, …

    `wrong bank alerts`: its topic is not, record by record, its part of `alerts`, numbered.
    """
    expected: dict[str, list[Pair]] = defaultdict(list)
    last: dict[str, BankState] = {}
    for record in history.of(topics.ALERTS.name):
        alert = _alert(record.value or b"")
        last[alert.bank], numbered = dispatch.number(last.get(alert.bank), alert)
        expected[alert.bank].append((alert.uscc.encode(), codec.encode(numbered)))
    banks = history.named(topics.BANK_ALERTS)
    for bank in sorted(banks.keys() | expected.keys()):
        records, before = banks.get(bank, []), 0
        for record in records:
            number = _alert(record.value or b"").number
            if number != before + 1:
                yield Anomaly(
                    "missing number" if number > before else "doubled number", f"{bank}: {number} after {before}"
                )
            before = number
        really = [(record.key, record.value) for record in records]
        if really != expected[bank]:
            yield Anomaly("wrong bank alerts", f"{bank}: {_first_difference(really, expected[bank])}")


def states(history: History) -> Iterator[Anomaly]:
    """`wrong state`: what a stage would be restored from does not fit what it has written."""
    numbers_given = {
        record.key: _bank_state(record.value or b"").last_number for record in history.of(topics.DISPATCH_STATE.name)
    }
    for bank, records in history.named(topics.BANK_ALERTS).items():
        if numbers_given.get(bank.encode(), 0) != len(records):
            yield Anomaly("wrong state", f"{bank}: {numbers_given.get(bank.encode())} for {len(records)} alerts")
    told = {record.key: record.value for record in history.of(topics.ALERTING_STATE.name)}
    last = {}
    for record in history.of(topics.ALERTS.name):
        alert = _alert(record.value or b"")
        last[f"{alert.uscc}/{alert.bank}".encode()] = alert.id
    for key, value in told.items():
        state = _watch_state(value) if value else None
        if state and state.told and state.told.alert_id != last.get(key or b""):
            yield Anomaly("wrong state", f"{key!r}: told {state.told.alert_id}, last alert {last.get(key or b'')}")


def dead_letters(history: History) -> Iterator[Anomaly]:
    """`dead letter`: a stage could not digest what another wrote."""
    for record in history.of(topics.DEAD_LETTERS.name):
        yield Anomaly("dead letter", f"{record.key!r} {(record.value or b'')[:200]!r}")
