"""Adopting a version of the standard: a record on every partition of `penalties`, as each new day is."""

from datetime import date

from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records import topics
from liancheng.records.facts import StandardAdopted
from liancheng.settings import Settings
from liancheng.standard.loader import load
from transport.admin import ensure_shared_topics
from transport.table_writer import TableRecord, write

SOURCE = b"/office"


def adopt(settings: Settings, version: str, from_day: date, today: date) -> None:
    """Put a packaged version in force from a day on, which judges every subject anew when that day begins.

    Doing it again is harmless, and completes what an interrupted one left undone.

    Raises:
        WrongUseError: no such version; a day that has passed, or on which the version may not be in force yet.
        UnavailableError: no broker.
    """
    standard = load(version)
    if from_day < today:
        raise WrongUseError(f"from: found {from_day}, expected {today} or later: what the list said is not changed")
    if from_day < standard.valid_from:
        raise WrongUseError(f"from: found {from_day}, expected {standard.valid_from} or later, as {version} says")
    ensure_shared_topics(settings)
    raw = codec.encode(StandardAdopted(version=version, from_day=from_day))
    headers = codec.headers("standard_adopted", SOURCE, f"{version}/{from_day}")
    topic = topics.PENALTIES
    write(settings, [TableRecord(topic.name, topics.STANDARD_KEY, raw, headers, n) for n in range(topic.partitions)])
