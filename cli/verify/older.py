"""Alerts of a watch whose older records are gone by compaction: each alert by itself against its entry."""

from collections.abc import Sequence

import msgspec

from cli.verify.asking import Asked
from cli.verify.orders import Watched
from liancheng import codec
from liancheng.alerts import Alert, Told, Watch, WatchState
from liancheng.entries import Entry

_alert = codec.decoder(Alert).decode
_entry = codec.decoder(Entry).decode


def one_by_one(asked: Asked, watched: Watched, alerts: Sequence[bytes | None]) -> dict[int, bytes | None]:
    """The alerts that no watch could have led to, by their place among the watch's; and what was expected instead.

    The references are the bank's own, and taken from the alert; it supersedes the one before it, or none where the
    watch had ended between.
    """
    entries = {sequence: one.value for one in watched.entries if (sequence := _sequence(one.value))}
    wrong: dict[int, bytes | None] = {}
    before: Alert | None = None
    for number, value in enumerate(alerts):
        try:
            alert = _alert(value or b"")
        except ValueError:
            wrong[number] = None
            continue
        expected = _expected(asked, watched.key, alert, before, entries.get(alert.sequence))
        if value not in expected:
            wrong[number] = expected[-1] if expected else None
        before = alert
    return wrong


def _sequence(value: bytes | None) -> int:
    try:
        entry: Entry = _entry(value or b"")
    except msgspec.DecodeError:
        return 0
    return entry.sequence


def _expected(asked: Asked, key: bytes, alert: Alert, before: Alert | None, entry: bytes | None) -> list[bytes | None]:
    """What a watch with these references leads to: as a new one, and as one that knows the alert before."""
    if entry is None:
        return []
    watch = Watch(uscc=alert.uscc, bank=alert.bank, references=alert.references)
    told = before and Told(alert_id=before.id, sequence=before.sequence, level=before.level_after)
    states = [WatchState(watch=watch), WatchState(watch=watch, told=told)] if told else [WatchState(watch=watch)]
    if alert.kind != "current":
        steps = [asked.entry(key, codec.encode(state), entry) for state in states]
    else:
        value, other = codec.encode(watch), msgspec.structs.replace(watch, references=())
        known = [codec.encode(msgspec.structs.replace(state, watch=other)) for state in states if state.told]
        steps = [asked.watch(key, state, entry, value) for state in (None, *known)]
    return [step.alert for step in steps if step.alert is not None]
