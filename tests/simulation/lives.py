"""A life from a seed, and what must hold after it."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from liancheng import codec
from liancheng.records import topics
from liancheng.records.facts import Receipt
from stream_apps.joint_list import JointList
from stream_apps.stage import Output
from tests.chaos.checker import Anomaly, History, check
from tests.simulation.processes import START
from tests.simulation.substitutes import small_region
from tests.simulation.world import Say, StuckError, World

_receipt = codec.decoder(Receipt).decode
TEN_YEARS = timedelta(3653)


class LifeError(AssertionError):
    """Something does not hold. The text has the command that shows it again."""


def live(seed: int, say: Say | None = None) -> History:
    """One life. Raises LifeError."""
    with small_region(), _silent(say):
        try:
            history = World(seed, say=say).live()
        except StuckError as error:
            wrong = [str(error)]
        else:
            wrong = [f"{name}: {text}" for name, text in anomalies(history)]
    if wrong:
        raise LifeError("\n".join([f"the life of one seed shows it: make simulate SEED={seed}", *wrong[:20]]))
    return history


def anomalies(history: History) -> list[Anomaly]:
    """What the checker of the real runs finds, and what only a life in memory is asked."""
    return [*check(history), *_receipts(history), *_replayed_late(history)]


def _receipts(history: History) -> Iterator[Anomaly]:
    """Each event has exactly one receipt, by its place."""
    receipts = history.named(topics.RECEIPTS)
    for province, events in history.named(topics.PENALTY_EVENTS).items():
        places = Counter((record.partition, record.offset) for record in events)
        submissions = [_receipt(record.value or b"").submission for record in receipts.get(province, [])]
        answered = Counter((one.partition, one.offset) for one in submissions)
        if answered != places:
            yield Anomaly("not one receipt for each event", f"{province}: {answered - places} {places - answered}")


def _replayed_late(history: History) -> Iterator[Anomaly]:
    """The list is the fold of `penalties` to the byte, whatever the clock says when it is folded again."""
    for now in (START, START + TEN_YEARS):
        stage, out, units = JointList(), list[Output](), {}
        for record in history.of(topics.PENALTIES.name):
            place = (record.topic, record.partition)
            if place not in units:
                units[place] = stage.open([place])
            units[place].fold(record, now, out)
            units[place].commit()
        found = [(record.partition, record.key, record.value) for record in history.of(topics.SANCTION_LIST.name)]
        if found != [(output.partition, output.key, output.value) for output in out]:
            yield Anomaly("the list is no replay", f"{now:%Y}")


@contextmanager
def _silent(say: Say | None) -> Iterator[None]:
    """The engine warns of what is done to it on purpose."""
    if say is None:
        logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
