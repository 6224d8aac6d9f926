"""A subject's entry as it was: its partition of `penalties`, replayed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

from liancheng import codec, topics
from liancheng.facts import Penalty
from liancheng.looking_back import Moment, Past, replay
from liancheng.settings import Settings
from liancheng.standard.judging import current_schedule
from transport import tables
from transport.clients import require_broker

TOPIC = topics.PENALTIES
_decode = codec.decoder(Penalty)


def entry_at(settings: Settings, uscc: str, moment: Moment) -> Past:
    """The entry of a checked USCC at a moment.

    Raises:
        UnavailableError: no broker.
        WrongUseError: a version of the standard was adopted that is not packaged here.
    """
    require_broker(settings)
    return replay(_records(settings, uscc.encode()), uscc, moment, current_schedule())


def _records(settings: Settings, key: bytes) -> Iterator[tuple[Penalty, datetime]]:
    place = (TOPIC.name, codec.murmur2_partition(key, TOPIC.partitions))
    wanted = {key, topics.NEW_DAY_KEY, topics.STANDARD_KEY}
    for message in chain.from_iterable(tables.read_until(settings, tables.high_watermarks(settings, [place]))):
        if message.key() in wanted:
            where = f"{TOPIC.name}[{place[1]}]@{message.offset()}"
            written_at = datetime.fromtimestamp(message.timestamp()[1] / 1000, UTC)
            yield codec.read(_decode, message.value() or b"", where), written_at
