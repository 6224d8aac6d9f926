"""The register of banks, followed live: a key that has just ended is refused a moment later."""

from collections.abc import Sequence

from confluent_kafka import Message

from consumers.reading.register import decode
from liancheng import codec
from liancheng.records import topics
from liancheng.records.alerts import Bank
from liancheng.settings import Settings
from transport.follower import Follower

TOPIC = topics.BANKS


class LiveRegister(Follower):
    """Registered banks by id. For any thread."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, TOPIC.name, TOPIC.partitions, self._put)
        self.banks: dict[str, Bank] = {}

    def _put(self, messages: Sequence[Message], _: Sequence[int]) -> None:
        banks = dict(self.banks)
        for message in messages:
            id_, raw = (message.key() or b"").decode(), message.value()
            bank = codec.read(decode, raw, f"{TOPIC.name}@{message.offset()}") if raw else None
            if bank and bank.removed_at is None:
                banks[id_] = bank
            else:
                banks.pop(id_, None)
        self.banks = banks
