"""Watches whose records are gone by compaction: what they may have led to, according to the alerts that are left.

Unknown of such a watch are only its references, and when it came and ended. An alert has its references, and names the
alert before it; so a missing alert is detected nevertheless, unless its watch may equally well never have existed.
"""

from collections.abc import Callable, Iterator

from cli.verify.alerting_unit import AlertingUnit, Step
from liancheng import codec
from liancheng.records.alerts import Alert, Watch, WatchState

_alert = codec.decoder(Alert).decode
_state = codec.decoder(WatchState).decode


class CompactedWatches:
    """`value` returns the alert with that index among the watch's alerts."""

    def __init__(self, unit: AlertingUnit, key: bytes, value: Callable[[int], bytes | None]) -> None:
        self._unit, self._key, self._value = unit, key, value
        self._watches: dict[int, Watch | None] = {}

    def on_entry(self, alert: int, state: bytes | None, entry: bytes) -> Iterator[Step]:
        """What the entry leads to if the bank gets the alert with that index for it, or does not watch."""
        yield Step(None, None) if state is None else self._unit.on_entry(self._key, state, entry)
        for watch in self._watch_of(alert):
            yield self._unit.on_entry(self._key, self._with(state, watch), entry)

    def on_watch(self, alert: int, state: bytes | None, entry: bytes | None) -> Iterator[Step]:
        """The watch has ended, or came and was answered with the alert with that index."""
        if state is not None:
            yield Step(None, None)
        for watch in self._watch_of(alert):
            step = self._unit.on_watch(self._key, state, entry, codec.encode(watch))
            if step.alert:
                yield step

    def _watch_of(self, alert: int) -> Iterator[Watch]:
        """The watch that an alert answers; none if there is no such alert."""
        if alert not in self._watches:
            self._watches[alert] = self._read(alert)
        if watch := self._watches[alert]:
            yield watch

    def _read(self, index: int) -> Watch | None:
        try:
            alert: Alert = _alert(self._value(index) or b"")
        except ValueError:
            return None
        return Watch(uscc=alert.uscc, bank=alert.bank, references=alert.references)

    def _with(self, state: bytes | None, watch: Watch) -> bytes:
        """The state with the references of that watch: they may have changed without an alert."""
        return codec.encode(WatchState(watch=watch, told=_state(state).told if state else None))
