"""`alerts` and `alerting-state` compared with the list and the watches, company by company."""

import hashlib
from collections import defaultdict
from itertools import chain

import msgspec

from cli.verify import phrases
from cli.verify.alerting_unit import STAGE, AlertingUnit
from cli.verify.compacted_watches import CompactedWatches
from cli.verify.dispatch import AlertsByWatch, StoredAlert
from cli.verify.orders import Explanation, Input, WatchHistory, explain
from cli.verify.report import Report, at, fingerprint
from cli.verify.sanction_list import Entries
from cli.verify.source import Source
from liancheng import codec
from liancheng.records import topics
from stream_apps.stage import Record

ALERTS, STATE = topics.ALERTS, topics.ALERTING_STATE
Records = dict[bytes, list[Record]]


class Watches:
    """The records of `watchlists` and `alerting-state` of one partition, by `<uscc>/<bank>`."""

    def __init__(self, source: Source, report: Report, partition: int, alerts: AlertsByWatch) -> None:
        self.partition = partition
        self.watches = _by_key(source, report, topics.WATCHLISTS.name, partition)
        self.states = _by_key(source, report, STATE.name, partition)
        self.alerts = alerts.of_partition(partition)
        self.keys = sorted(self.watches.keys() | self.states.keys() | self.alerts.keys())
        self.companies = frozenset(codec.pair_of(key)[0] for key in self.keys)


def _by_key(source: Source, report: Report, topic: str, partition: int) -> Records:
    tally, records = report.of(topic), defaultdict(list)
    for record in source.records(topic, partition):
        tally.records += 1
        key = record.key or b""
        if b"/" in key:
            records[key].append(record)
        else:
            report.add_record("unreadable record", record, found="a key that is not <uscc>/<bank>")
    tally.keys += len(records)
    newest = b"".join(fingerprint(key, of_key[-1].value) for key, of_key in sorted(records.items()))
    tally.partitions.append(hashlib.sha256(newest).digest())
    return records


def check(source: Source, report: Report, watches: Watches, entries: Entries) -> None:
    """Reports `lost`, `doubled` and `wrong alert`, and `wrong state`, of every watch of one partition."""
    _Check(source, report, watches, entries).run()


class _Check:
    def __init__(self, source: Source, report: Report, watches: Watches, entries: Entries) -> None:
        self.source, self.report, self.watches, self.entries = source, report, watches, entries
        self.unit = AlertingUnit(watches.partition)
        self.list_done, self.watches_done = (
            source.processed(STAGE.name, topic, watches.partition)
            for topic in (topics.SANCTION_LIST.name, topics.WATCHLISTS.name)
        )
        self.tally = report.of(ALERTS.name)

    def run(self) -> None:
        for key in self.watches.keys:
            self._check(key)

    def _check(self, key: bytes) -> None:
        history, compacted = self._history(key), False
        in_flight = sum(input_.in_flight for input_ in chain(history.entries, history.watches))
        self.tally.in_flight += in_flight
        explanation = by_what_is_left = explain(self.unit, history)
        if not explanation.ends and self._watches_may_be_compacted(key):
            compacted = True
            older = CompactedWatches(self.unit, key, lambda index: self._value(key, index))
            explanation = explain(self.unit, history, older)
        of_watches = self.report.of(topics.WATCHLISTS.name)
        of_watches.checked += len(history.watches)
        of_watches.unchecked += compacted
        if explanation.ends:
            self.tally.checked += len(history.alerts)
            self._check_states(key, explanation, in_flight > 0, compacted)
        else:
            self._report_alerts(key, by_what_is_left, self.watches.alerts.get(key, []))
            self.report.of(STATE.name).unchecked += len(self.watches.states.get(key, ()))

    def _history(self, key: bytes) -> WatchHistory:
        company = codec.pair_of(key)[0]
        stored = (self._input(record, self.list_done) for record in self.entries.stored.get(company, ()))
        watches = (self._input(record, self.watches_done) for record in self.watches.watches.get(key, ()))
        return WatchHistory(
            key,
            [*map(Input, self.entries.compacted.get(company, ())), *filter(None, stored)],
            [*filter(None, watches)],
            [alert.fingerprint for alert in self.watches.alerts.get(key, ())],
            self.source.watched_first(key),
        )

    def _input(self, record: Record, processed: int) -> Input | None:
        if record[:3] in self.source.dead:
            return None
        return Input(record.value, record.offset >= processed, record.timestamp_ms)

    # -- discrepancies ---------------------------------------------------------------------------------------------

    def _report_alerts(self, key: bytes, explanation: Explanation, alerts: list[StoredAlert]) -> None:
        """Reports the first alert that no order explains, and the repeated ones; later ones are not compared."""
        self.tally.checked += explanation.alerts
        left = alerts[explanation.alerts :]
        if not left:
            self._report_lost(key, f"the last of its {len(alerts)} alerts", explanation.expected)
        repeated = 0
        for index, alert in enumerate(left):
            record = self._record(alert)
            value = record and record.value
            if alert.fingerprint in {earlier.fingerprint for earlier in alerts[: explanation.alerts + index]}:
                repeated += 1
                self._report_at("doubled alert", alert, key, phrases.summary(value), "")
            elif index == 0:
                self._report_first(key, alert, value, explanation.expected)
        self.tally.unchecked += max(len(left) - repeated - 1, 0)

    def _report_first(self, key: bytes, alert: StoredAlert, value: bytes | None, expected: list[bytes]) -> None:
        """Compares it with the expected alert of the same change; if that is of a later change, one was lost."""
        sequence = _sequence(value)
        same = next((candidate for candidate in expected if _sequence(candidate) == sequence), None)
        if same:
            self._report_at("wrong alert", alert, key, *phrases.first_difference(value, same))
        elif expected and _sequence(expected[0]) < sequence:
            self._report_lost(key, at(ALERTS.name, alert.partition, alert.offset), expected)
        else:
            self._report_at("alert from nowhere", alert, key, phrases.summary(value), "")

    def _report_lost(self, key: bytes, place: str, expected: list[bytes]) -> None:
        wanted = phrases.summary(expected[0]) if expected else "one more alert"
        self.report.add("lost alert", ALERTS.name, place, key, expected=wanted)

    def _check_states(self, key: bytes, explanation: Explanation, in_flight: bool, compacted: bool) -> None:
        """The newest state must be one that all alerts lead to; earlier ones, one on the way there.

        Of work in flight, the alerts may be in the cut and their state not yet.
        """
        tally, records = self.report.of(STATE.name), self.watches.states.get(key, [])
        ends = {state for node in explanation.ends for state in (node.due if in_flight else (node.state,))}
        if not records and None not in ends:
            self.report.add("lost state", STATE.name, STATE.name, key, expected=phrases.summary(_any_of(ends)))
        for record in records:
            newest = record is records[-1]
            if compacted and not newest:
                tally.unchecked += 1
            elif record.value in (ends if newest else explanation.states):
                tally.checked += 1
            else:
                found, expected = phrases.first_difference(record.value, _any_of(ends))
                self.report.add_record("wrong state", record, found=found, expected=expected)

    def _report_at(self, name: str, alert: StoredAlert, key: bytes, found: str, expected: str) -> None:
        place = at(ALERTS.name, alert.partition, alert.offset)
        self.report.add(name, ALERTS.name, place, key, found=found, expected=expected)

    # -- watches whose records are gone ----------------------------------------------------------------------------

    def _watches_may_be_compacted(self, key: bytes) -> bool:
        """Older records of a watch may be gone after a week; of one that ended, all of them."""
        records, alerts = self.watches.watches.get(key, []), self.watches.alerts.get(key, [])
        if records:
            return records[0].timestamp_ms < self.source.kept_since_ms
        first = self._record(alerts[0]) if alerts else None
        return first is not None and first.timestamp_ms < self.source.kept_since_ms

    def _record(self, alert: StoredAlert) -> Record | None:
        return self.source.record((ALERTS.name, alert.partition, alert.offset))

    def _value(self, key: bytes, index: int) -> bytes | None:
        """The alert with that index among the watch's; None after the last."""
        alerts = self.watches.alerts.get(key, [])
        record = self._record(alerts[index]) if index < len(alerts) else None
        return record and record.value


def _any_of(states: set[bytes | None]) -> bytes | None:
    return next((state for state in states if state is not None), None)


class _SequenceHead(msgspec.Struct):
    sequence: int = 0


_head = codec.decoder(_SequenceHead).decode


def _sequence(value: bytes | None) -> int:
    try:
        head: _SequenceHead = _head(value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0
    return head.sequence
