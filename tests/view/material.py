"""A list to fill the view from, and looks at what came of it."""

from collections.abc import Iterable
from datetime import date

from consumers.reading.sanction_list import read_list
from consumers.view import contents, layout
from consumers.view.reader import View
from liancheng import codec
from liancheng.records import topics
from liancheng.records.entries import Entry, Level, ListDay
from liancheng.settings import Settings
from tests.bank_material import entry, uscc
from tests.eventually import eventually
from transport import redis_clients, table_writer
from transport.table_writer import TableRecord

DAY = date(2026, 8, 20)
TOPIC = topics.SANCTION_LIST
BY_KEY = -1


def entries(numbers: Iterable[int], level: Level = "penalised", sequence: int = 1) -> list[Entry]:
    return [entry(number, level, sequence) for number in numbers]


def publish(settings: Settings, some: Iterable[Entry]) -> None:
    records = (TableRecord(TOPIC.name, one.uscc.encode(), codec.encode(one), [], BY_KEY) for one in some)
    table_writer.write(settings, records)


def publish_day(settings: Settings, day: date = DAY) -> None:
    raw = codec.encode(ListDay(day=day))
    partitions = range(TOPIC.partitions)
    table_writer.write(
        settings, (TableRecord(TOPIC.name, topics.NEW_DAY_KEY, raw, [], number) for number in partitions)
    )


def delete(settings: Settings, numbers: Iterable[int]) -> None:
    keys = (uscc(number).encode() for number in numbers)
    table_writer.write(settings, (TableRecord(TOPIC.name, key, None, [], BY_KEY) for key in keys))


def everything(settings: Settings) -> dict[bytes, bytes]:
    """All entries in the view, as bytes."""
    with redis_clients.reader(settings) as client:
        found = client.hgetall(layout.KEY)
    return {key: value for key, value in found.items() if key != layout.HEAD}  # type: ignore[misc]


def await_current(settings: Settings, timeout_s: float = 30) -> None:
    """Wait until all that lies on the topic now is in the view, as the view itself says; and that must be true."""
    with redis_clients.reader(settings) as client:
        seconds, micros = client.time()
    asked_ms = int(seconds) * 1000 + int(micros) // 1000

    def current() -> bool:
        with redis_clients.reader(settings) as client:
            head = layout.decode(client.hmget(layout.KEY, [layout.HEAD])[0])  # type: ignore[arg-type,index]
        return head is not None and all((part.current_ms or 0) >= asked_ms for part in head.parts)

    eventually(current, timeout_s, what="the view is current")
    assert contents.digest(settings).digest == read_list(settings).digest()


def generation(settings: Settings) -> str | None:
    with View(settings) as view:
        return view.position().generation
