"""Adopts a version of the standard: writes a record on every partition of `penalties`, as the calendar does."""

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
    """Put a packaged version in force from a day on. Every company is judged again when that day begins.

    Repeating the call is harmless and completes an interrupted one.

    Raises:
        WrongUseError: there is no such version, or the day has passed or is before the version may be in force.
        UnavailableError: the broker does not answer.
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
