"""dispatch: one state per bank. Gives each alert the next number of its bank and puts it on that bank's own topic.

Reads `alerts`, writes `alerts.<bank>` and `dispatch-state` (its table).
"""

from collections.abc import Hashable, Iterable
from datetime import datetime

from liancheng import codec
from liancheng.answers import dispatch
from liancheng.records import topics
from liancheng.records.alerts import Alert, BankState
from stream_apps.stage import Output, Place, Record, StoreUnit, Table

SOURCE = b"/dispatch"
_decode_alert = codec.decoder(Alert)


class Banks(StoreUnit[BankState]):
    """The last alert number of each bank of one partition."""

    def __init__(self) -> None:
        super().__init__(codec.decoder(BankState))

    def fold(self, record: Record, now: datetime, out: list[Output]) -> None:
        alert = codec.read(_decode_alert, record.value or b"", f"{record.topic}[{record.partition}]")
        key = alert.bank.encode()
        state, numbered = dispatch.number(self.store.get(key), alert)
        raw = self.store.put(key, state)
        out.append(
            Output(
                topics.BANK_ALERTS.named(alert.bank),
                alert.uscc.encode(),
                codec.encode(numbered),
                codec.headers("alert", SOURCE, alert.id),
                0,
            )
        )
        headers = codec.headers("bank_state", SOURCE, f"{alert.bank}/{state.last_number}")
        out.append(Output(topics.DISPATCH_STATE.name, key, raw, headers, record.partition))


class Dispatch:
    name = "dispatch"
    inputs = (topics.ALERTS.name,)

    def unit_of(self, place: Place) -> Hashable:
        return place[1]

    def tables(self, places: Iterable[Place]) -> tuple[Table, ...]:
        return tuple(Table((topics.DISPATCH_STATE.name, partition), own=True) for _, partition in places)

    def open(self, places: Iterable[Place]) -> Banks:
        return Banks()
