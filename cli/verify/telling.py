"""`alerts` and `alerting-state` against the list and the watches, company by company."""

import hashlib
from collections import defaultdict

import msgspec

from cli.verify import phrases
from cli.verify.asking import STAGE, Asked
from cli.verify.listing import Entries
from cli.verify.numbers import Alerted, Told
from cli.verify.older import Older
from cli.verify.orders import Input, Watched, Ways, ways
from cli.verify.report import Difference, Report, at, fingerprint
from cli.verify.source import Source
from liancheng import codec
from liancheng.records import topics
from stream_apps.stage import Record

ALERTS, STATE = topics.ALERTS, topics.ALERTING_STATE
Records = dict[bytes, list[Record]]


class Watches:
    """The records of `watchlists` and `alerting-state` of one partition, by `<uscc>/<bank>`."""

    def __init__(self, source: Source, report: Report, partition: int, told: Told) -> None:
        self.partition = partition
        self.watches = _by_key(source, report, topics.WATCHLISTS.name, partition)
        self.states = _by_key(source, report, STATE.name, partition)
        self.alerts = told.on(partition)
        self.keys = sorted(self.watches.keys() | self.states.keys() | self.alerts.keys())
        self.companies = frozenset(key.split(b"/")[0] for key in self.keys)


def _by_key(source: Source, report: Report, topic: str, partition: int) -> Records:
    tally, found = report.of(topic), defaultdict(list)
    for record in source.records(topic, partition):
        tally.records += 1
        key = record.key or b""
        if b"/" in key:
            found[key].append(record)
            continue
        place, subject = at(*record[:3]), key.decode(errors="replace")
        wrong = "a key that is not <uscc>/<bank>"
        report.add(Difference(name="unreadable record", topic=topic, place=place, subject=subject, found=wrong))
    tally.keys += len(found)
    newest = b"".join(fingerprint(key, records[-1].value) for key, records in sorted(found.items()))
    tally.partitions.append(hashlib.sha256(newest).digest())
    return found


def check(source: Source, report: Report, watches: Watches, entries: Entries) -> None:
    """`lost`, `doubled`, `wrong alert`, and `wrong state`, of every watch of one partition."""
    _Check(source, report, watches, entries).run()


class _Check:
    def __init__(self, source: Source, report: Report, watches: Watches, entries: Entries) -> None:
        self.source, self.report, self.watches, self.entries = source, report, watches, entries
        self.asked = Asked(watches.partition)
        self.list_done, self.watches_done = (
            source.processed(STAGE.name, topic, watches.partition)
            for topic in (topics.SANCTION_LIST.name, topics.WATCHLISTS.name)
        )
        self.tally = report.of(ALERTS.name)

    def run(self) -> None:
        for key in self.watches.keys:
            self._check(key)

    def _check(self, key: bytes) -> None:
        watched, older = self._watched(key), False
        in_flight = sum(one.in_flight for one in (*watched.entries, *watched.watches))
        self.tally.in_flight += in_flight
        explained = found = ways(self.asked, watched)
        if not found.ends and self._older_watches_may_be_gone(key):
            older = True
            explained = ways(self.asked, watched, Older(self.asked, key, lambda n: self._value(key, n)))
        of_watches = self.report.of(topics.WATCHLISTS.name)
        of_watches.checked += len(watched.watches)
        of_watches.unchecked += older
        if explained.ends:
            self.tally.checked += len(watched.alerts)
            self._check_states(key, explained, in_flight > 0, older)
        else:
            self._wrong_alerts(key, found, self.watches.alerts.get(key, []))
            self.report.of(STATE.name).unchecked += len(self.watches.states.get(key, ()))

    def _watched(self, key: bytes) -> Watched:
        company = key.split(b"/")[0]
        gone = [Input(value) for value in self.entries.gone.get(company, ())]
        there = [self._input(record, self.list_done) for record in self.entries.found.get(company, ())]
        return Watched(
            key,
            [*gone, *(one for one in there if one)],
            [one for record in self.watches.watches.get(key, ()) if (one := self._input(record, self.watches_done))],
            [alerted.fingerprint for alerted in self.watches.alerts.get(key, ())],
            self.source.watched_first(key),
        )

    def _input(self, record: Record, processed: int) -> Input | None:
        if record[:3] in self.source.dead:
            return None
        return Input(record.value, record.offset >= processed, record.timestamp_ms)

    # -- what differs ----------------------------------------------------------------------------------------------

    def _wrong_alerts(self, key: bytes, found: Ways, alerts: list[Alerted]) -> None:
        """Name the first that no order explains, and those that came again; what is behind it was not compared."""
        self.tally.checked += found.alerts
        left = alerts[found.alerts :]
        if not left:
            self._lost(key, f"the last of its {len(alerts)} alerts", found.expected)
        again = 0
        for number, alerted in enumerate(left):
            record = self._alert(alerted)
            if alerted.fingerprint in {one.fingerprint for one in alerts[: found.alerts + number]}:
                again += 1
                self._differs_at("doubled alert", alerted, key, phrases.tell(record and record.value), "")
            elif number == 0:
                self._first_wrong(key, alerted, record and record.value, found.expected)
        self.tally.unchecked += max(len(left) - again - 1, 0)

    def _first_wrong(self, key: bytes, alerted: Alerted, value: bytes | None, expected: list[bytes]) -> None:
        """It is compared with the expected one of the same change; where that is another change, one was lost."""
        sequence = _sequence(value)
        same = next((one for one in expected if _sequence(one) == sequence), None)
        if same:
            self._differs_at("wrong alert", alerted, key, *phrases.differ(value, same))
        elif expected and _sequence(expected[0]) < sequence:
            self._lost(key, at(ALERTS.name, alerted.partition, alerted.offset), expected)
        else:
            self._differs_at("alert from nowhere", alerted, key, phrases.tell(value), "")

    def _lost(self, key: bytes, near: str, expected: list[bytes]) -> None:
        wanted = phrases.tell(expected[0]) if expected else "one more alert"
        self._differs("lost alert", ALERTS.name, near, key, found="", expected=wanted)

    def _check_states(self, key: bytes, found: Ways, in_flight: bool, older: bool) -> None:
        """The newest state must be one that all alerts end in; those before it, one on the way there.

        Of work in flight the alerts may be in the cut and their state not yet.
        """
        tally, records = self.report.of(STATE.name), self.watches.states.get(key, [])
        ends = {state for node in found.ends for state in (node.due if in_flight else (node.state,))}
        if not records and None not in ends:
            self._differs("lost state", STATE.name, STATE.name, key, found="", expected=phrases.tell(_one_of(ends)))
        for record in records:
            newest = record is records[-1]
            if older and not newest:
                tally.unchecked += 1
            elif record.value in (ends if newest else found.states):
                tally.checked += 1
            else:
                seen, expected = phrases.differ(record.value, _one_of(ends))
                self._differs("wrong state", STATE.name, at(*record[:3]), key, found=seen, expected=expected)

    # -- watches that are gone -------------------------------------------------------------------------------------

    def _older_watches_may_be_gone(self, key: bytes) -> bool:
        """Of a watch that came first a week ago at least; of one that ended, nothing may be left at all."""
        records, alerts = self.watches.watches.get(key, []), self.watches.alerts.get(key, [])
        if records:
            return records[0].timestamp_ms < self.source.kept_since_ms
        first = self._alert(alerts[0]) if alerts else None
        return first is not None and first.timestamp_ms < self.source.kept_since_ms

    def _alert(self, alerted: Alerted) -> Record | None:
        return self.source.record((ALERTS.name, alerted.partition, alerted.offset))

    def _value(self, key: bytes, number: int) -> bytes | None:
        """The alert of that place among the watch's; None behind the last."""
        alerts = self.watches.alerts.get(key, [])
        record = self._alert(alerts[number]) if number < len(alerts) else None
        return record and record.value

    def _differs_at(self, name: str, alerted: Alerted, key: bytes, found: str, expected: str) -> None:
        place = at(ALERTS.name, alerted.partition, alerted.offset)
        self._differs(name, ALERTS.name, place, key, found=found, expected=expected)

    def _differs(self, name: str, topic: str, place: str, key: bytes, *, found: str, expected: str) -> None:
        subject = key.decode(errors="replace")
        self.report.add(
            Difference(name=name, topic=topic, place=place, subject=subject, found=found, expected=expected)
        )


def _one_of(states: set[bytes | None]) -> bytes | None:
    return next((state for state in states if state is not None), None)


class _Head(msgspec.Struct):
    sequence: int = 0


_head = codec.decoder(_Head).decode


def _sequence(value: bytes | None) -> int:
    try:
        head: _Head = _head(value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0
    return head.sequence
