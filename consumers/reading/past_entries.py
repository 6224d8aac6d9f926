"""A subject's entry as it was: its partition of `penalties`, replayed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain

from liancheng import codec
from liancheng.joint_list.history import Moment, Past, replay
from liancheng.joint_list.standard_judge import current_schedule
from liancheng.records import topics
from liancheng.records.facts import Penalty
from liancheng.settings import Settings
from transport import tables
from transport.clients import require_broker

TOPIC = topics.PENALTIES
_OF_TIME = (topics.NEW_DAY_KEY, topics.STANDARD_KEY)
_decode = codec.decoder(Penalty)

Heard = tuple[Penalty, datetime]  # with the instant at which it was written


def entry_at(settings: Settings, uscc: str, moment: Moment) -> Past:
    """The entry of a checked USCC at a moment.

    Raises:
        UnavailableError: no broker; or a version of the standard was adopted that is not packaged here.
    """
    return replay(records_of(settings, [uscc])[uscc], uscc, moment, current_schedule())


def records_of(settings: Settings, usccs: Iterable[str]) -> dict[str, list[Heard]]:
    """All that was heard of checked USCCs, in its order, with the days and adoptions between. Each partition once.

    Raises:
        UnavailableError: no broker.
    """
    require_broker(settings)
    found: dict[str, list[Heard]] = {uscc: [] for uscc in usccs}
    on: dict[int, list[list[Heard]]] = {}
    for uscc, heard in found.items():
        on.setdefault(codec.murmur2_partition(uscc.encode(), TOPIC.partitions), []).append(heard)
    ends = tables.high_watermarks(settings, [(TOPIC.name, partition) for partition in on])
    for message in chain.from_iterable(tables.read_until(settings, ends)):
        key, partition = message.key() or b"", message.partition() or 0
        lists = on[partition] if key in _OF_TIME else [found[uscc]] if (uscc := key.decode()) in found else []
        if not lists:
            continue
        where = f"{TOPIC.name}[{partition}]@{message.offset()}"
        written_at = datetime.fromtimestamp(message.timestamp()[1] / 1000, UTC)
        one = codec.read(_decode, message.value() or b"", where), written_at
        for heard in lists:
            heard.append(one)
    return found
