"""PastEntry entries of a subject: its partition of `penalties`, replayed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain

from liancheng import codec
from liancheng.joint_list.history import Moment, PastEntry, replay
from liancheng.joint_list.standard_judge import current_schedule
from liancheng.records import topics
from liancheng.records.facts import Penalty
from liancheng.settings import Settings
from transport import tables
from transport.clients import require_broker

TOPIC = topics.PENALTIES
_OF_TIME = (topics.NEW_DAY_KEY, topics.STANDARD_KEY)
_decode = codec.decoder(Penalty)

Written = tuple[Penalty, datetime]  # with the instant at which it was written


def entry_at(settings: Settings, uscc: str, moment: Moment) -> PastEntry:
    """Returns the entry of a valid USCC at a moment.

    Raises:
        UnavailableError: no broker; or a version of the standard was adopted that is not installed.
    """
    return replay(records_of(settings, [uscc])[uscc], uscc, moment, current_schedule())


def records_of(settings: Settings, usccs: Iterable[str]) -> dict[str, list[Written]]:
    """Returns all records about valid USCCs, in their order, with the days and adoptions between them.

    Reads each partition once.

    Raises:
        UnavailableError: no broker.
    """
    require_broker(settings)
    records: dict[str, list[Written]] = {uscc: [] for uscc in usccs}
    on: dict[int, list[list[Written]]] = {}
    for uscc, of_uscc in records.items():
        on.setdefault(codec.murmur2_partition(uscc.encode(), TOPIC.partitions), []).append(of_uscc)
    ends = tables.high_watermarks(settings, [(TOPIC.name, partition) for partition in on])
    for message in chain.from_iterable(tables.read_until(settings, ends)):
        key, partition = message.key() or b"", message.partition() or 0
        lists = on[partition] if key in _OF_TIME else [records[uscc]] if (uscc := key.decode()) in records else []
        if not lists:
            continue
        where = f"{TOPIC.name}[{partition}]@{message.offset()}"
        written_at = datetime.fromtimestamp(message.timestamp()[1] / 1000, UTC)
        record = codec.read(_decode, message.value() or b"", where), written_at
        for of_uscc in lists:
            of_uscc.append(record)
    return records
