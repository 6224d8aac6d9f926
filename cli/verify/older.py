"""Watches whose records are gone by compaction: what they may have led to, as the alerts that stand tell.

Only the references of such a watch are unknown, and when it came and ended. An alert has its references, and names the
alert before it; so a missing alert is found all the same, unless its watch may just as well not have been there.
"""

from collections.abc import Callable, Iterator

from cli.verify.asking import Asked, Step
from liancheng import codec
from liancheng.records.alerts import Alert, Watch, WatchState

_alert = codec.decoder(Alert).decode
_state = codec.decoder(WatchState).decode


class Older:
    """`value` gives the alert of that place among the watch's alerts."""

    def __init__(self, asked: Asked, key: bytes, value: Callable[[int], bytes | None]) -> None:
        self._asked, self._key, self._value = asked, key, value
        self._watches: dict[int, Watch | None] = {}

    def on_entry(self, alert: int, state: bytes | None, entry: bytes) -> Iterator[Step]:
        """What the entry leads to where the bank is told of it by the alert of that place, or does not watch."""
        yield Step(None, None) if state is None else self._asked.entry(self._key, state, entry)
        for watch in self._watch_of(alert):
            yield self._asked.entry(self._key, self._with(state, watch), entry)

    def on_watch(self, alert: int, state: bytes | None, entry: bytes | None) -> Iterator[Step]:
        """The watch has ended, or came and was answered with the alert of that place."""
        if state is not None:
            yield Step(None, None)
        for watch in self._watch_of(alert):
            step = self._asked.watch(self._key, state, entry, codec.encode(watch))
            if step.alert:
                yield step

    def _watch_of(self, alert: int) -> Iterator[Watch]:
        """The watch that an alert answers; none where there is no such alert."""
        if alert not in self._watches:
            self._watches[alert] = self._read(alert)
        if watch := self._watches[alert]:
            yield watch

    def _read(self, alert: int) -> Watch | None:
        try:
            told: Alert = _alert(self._value(alert) or b"")
        except ValueError:
            return None
        return Watch(uscc=told.uscc, bank=told.bank, references=told.references)

    def _with(self, state: bytes | None, watch: Watch) -> bytes:
        """The state with these references: they may have changed without an alert."""
        told = _state(state).told if state else None
        return codec.encode(WatchState(watch=watch, told=told))
