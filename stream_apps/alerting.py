"""alerting: one state per watch. Joins the list with the watchlists: which bank is alerted of which change.

Reads `sanction-list` and `watchlists` (partitioned alike), writes `alerts` and `alerting-state` (its table). Entries
are state too: they answer a watch on a company that is already on the list.
"""

from collections.abc import Hashable, Iterable
from datetime import datetime

from liancheng import codec
from liancheng.answers import watch_fold
from liancheng.answers.watch_fold import AlertTemplates
from liancheng.records import topics
from liancheng.records.alerts import Alert, Watch, WatchState
from liancheng.records.entries import ListRecord
from liancheng.records.partial import AlertedEntry, read_alerted
from stream_apps.stage import Output, Place, Record, Store, StoreUnit, Table

SOURCE = b"/alerting"
_decode_watch = codec.decoder(Watch)


class Watches(StoreUnit[WatchState]):
    """The watches and the entries of one partition."""

    def __init__(self) -> None:
        super().__init__(codec.decoder(WatchState))
        self.entries: Store[ListRecord] = Store(codec.decoder(ListRecord))
        self.keys_of: dict[bytes, set[bytes]] = {}  # USCC -> keys of its watches, with those ended since the restore

    def restore(self, topic: str, key: bytes, value: bytes | None) -> None:
        if topic == topics.SANCTION_LIST.name:
            self.entries.restore(key, value)
            return
        self.store.restore(key, value)
        self._index(key)

    def _index(self, key: bytes) -> None:
        self.keys_of.setdefault(codec.pair_of(key)[0], set()).add(key)

    def fold(self, record: Record, now: datetime, out: list[Output]) -> None:
        if record.topic == topics.SANCTION_LIST.name:
            self._fold_entry(record, out)
        else:
            self._fold_watch(record, out)

    def _fold_entry(self, record: Record, out: list[Output]) -> None:
        key, raw = record.key or b"", record.value or b""
        keys = self.keys_of.get(key)
        if not keys:
            self.entries.changed[key] = (None, raw)
            return
        entry = read_alerted(raw, f"{record.topic}[{record.partition}]")
        if entry is None:
            return
        templates = watch_fold.templates_of(entry)
        for watch_key in sorted(keys):
            state = self.store.get(watch_key)
            step = watch_fold.on_entry(state, templates) if state else None
            if step:
                self._write(watch_key, step[0], record.partition, out)
                out.append(_alert(step[1], templates))
        self.entries.changed[key] = (None, raw)

    def _fold_watch(self, record: Record, out: list[Output]) -> None:
        key = record.key or b""
        if record.value is None:
            self._end(key, record.partition, out)
            return
        watch = codec.read(_decode_watch, record.value, f"{record.topic}[{record.partition}]")
        entry = self._entry(watch.uscc.encode())
        templates = watch_fold.templates_of(entry) if entry else None
        step = watch_fold.on_watch(self.store.get(key), watch, templates)
        if step:
            self._index(key)
            self._write(key, step[0], record.partition, out)
            if templates and step[1]:
                out.append(_alert(step[1], templates))

    def _entry(self, key: bytes) -> AlertedEntry | None:
        change = self.entries.changed.get(key)
        raw = change[1] if change else self.entries.raw.get(key)
        return read_alerted(raw, "sanction-list") if raw else None

    def _end(self, key: bytes, partition: int, out: list[Output]) -> None:
        if self.store.get(key) is not None:
            self.store.drop(key)
            headers = codec.headers("watch_ended", SOURCE, key.decode())
            out.append(Output(topics.ALERTING_STATE.name, key, None, headers, partition))

    def _write(self, key: bytes, state: WatchState, partition: int, out: list[Output]) -> None:
        raw = self.store.put(key, state)
        id_ = f"{key.decode()}/{state.told.sequence if state.told else 0}"
        out.append(Output(topics.ALERTING_STATE.name, key, raw, codec.headers("watch_state", SOURCE, id_), partition))

    def commit(self) -> None:
        super().commit()
        self.entries.commit()

    def rollback(self) -> None:
        super().rollback()
        self.entries.rollback()


def _alert(alert: Alert, templates: AlertTemplates) -> Output:
    headers = codec.headers("alert", SOURCE, alert.id)
    return Output(topics.ALERTS.name, alert.bank.encode(), templates.encode(alert), headers)


class Alerting:
    name = "alerting"
    inputs = (topics.SANCTION_LIST.name, topics.WATCHLISTS.name)

    def unit_of(self, place: Place) -> Hashable:
        return place[1]

    def tables(self, places: Iterable[Place]) -> tuple[Table, ...]:
        """The watches are the stage's own table; the entries are an input that is also state."""
        partition = next(iter(places))[1]
        return (
            Table((topics.ALERTING_STATE.name, partition), own=True),
            Table((topics.SANCTION_LIST.name, partition), own=False),
        )

    def open(self, places: Iterable[Place]) -> Watches:
        return Watches()
