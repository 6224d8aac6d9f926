"""Alerting's own unit, one watch at a time: what each entry and each watch leads to, from any state."""

from typing import NamedTuple

from cli.verify.fold import EPOCH
from liancheng import codec
from liancheng.errors import UndigestibleError
from liancheng.records import topics
from stream_apps.alerting import Alerting
from stream_apps.stage import Output, Record

STAGE = Alerting()


class Step(NamedTuple):
    """The watch's state after a record, and the alert that the record led to."""

    state: bytes | None
    alert: bytes | None


class AlertingUnit:
    """The unit of one partition, with the state of one watch at a time."""

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self._unit = STAGE.open([(topics.SANCTION_LIST.name, partition)])

    def on_entry(self, watch: bytes, state: bytes | None, entry: bytes) -> Step:
        """The company's entry changes."""
        company = codec.pair_of(watch)[0]
        return self._fold(watch, state, None, Record(topics.SANCTION_LIST.name, self._partition, 0, 0, company, entry))

    def on_watch(self, watch: bytes, state: bytes | None, entry: bytes | None, value: bytes | None) -> Step:
        """The watch itself comes, changes or ends, while the company's entry is this one."""
        return self._fold(watch, state, entry, Record(topics.WATCHLISTS.name, self._partition, 0, 0, watch, value))

    def _fold(self, watch: bytes, state: bytes | None, entry: bytes | None, record: Record) -> Step:
        company = codec.pair_of(watch)[0]
        out: list[Output] = []
        self._unit.restore(topics.ALERTING_STATE.name, watch, state)
        self._unit.restore(topics.SANCTION_LIST.name, company, entry)
        try:
            self._unit.fold(record, EPOCH, out)
        except UndigestibleError:  # alerting makes a dead letter of it
            out.clear()
        finally:
            self._unit.rollback()
            self._unit.restore(topics.ALERTING_STATE.name, watch, None)
            self._unit.restore(topics.SANCTION_LIST.name, company, None)
        alert = None
        for output in out:
            if output.topic == topics.ALERTING_STATE.name:
                state = output.value
            else:
                alert = output.value
        return Step(state, alert)
