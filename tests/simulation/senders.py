"""Who writes from outside: agencies that send the tale, the office that changes watches and adopts versions."""

from datetime import timedelta
from typing import TYPE_CHECKING

from confluent_kafka import KafkaError

from liancheng import codec
from liancheng.days import day_of
from liancheng.records import topics
from liancheng.records.facts import StandardAdopted
from liancheng.standard import CURRENT
from tests.chaos.checker import Sent
from tests.chaos.story import BANKS, Line, watch
from tests.simulation.memory_consumer import MemoryMessage
from tests.simulation.memory_log import Stored
from tests.simulation.memory_producer import MemoryProducer
from tests.simulation.processes import Process
from tests.simulation.substitutes import OTHER_VERSION

if TYPE_CHECKING:
    from tests.simulation.world import World

PAUSE_S = 0.4  # between two events of an agency, on average


class Agency(Process):
    """Sends its lines, more or less in their order; what it was not told has arrived it sends again."""

    def __init__(self, world: "World", province: str, lines: list[Line]) -> None:
        super().__init__(world, f"agency-{province}")
        self.done = False
        self._lines = lines
        self._producer = MemoryProducer(world.log, self)

    def begin(self) -> None:  # type: ignore[override]
        super().begin("publish", self._publish)

    def clock_ms(self) -> int:
        """It becomes `submitted_at`."""
        return int(self.clock().timestamp() * 1000)

    def _publish(self) -> None:
        while self._lines:
            self.pause(self.world.rng.expovariate(1 / PAUSE_S))
            line = self._lines.pop(1 if len(self._lines) > 1 and self.world.chance("overtaken") else 0)
            if self.world.chance("sent_twice"):
                self._send(line)
            while self._send(line) != "ok":
                self.pause(self.world.rng.random())
        self.done = True

    def _send(self, line: Line) -> str:
        def report(error: KafkaError | None, message: MemoryMessage) -> None:
            place = (message.partition(), message.offset())
            self.world.sent.append(Sent(*line, "unknown" if error else "ok", None if error else place))

        self._producer.produce(topics.PENALTY_EVENTS.named(line.province), line.value, line.key, on_delivery=report)
        self._producer.flush(1)
        told = self.world.sent[-1]
        self.world.say(self.name, f"sends {line.key.decode()}: {told.state} {told.place or ''}")
        return told.state


class Office(Process):
    """The banks' watches, and the versions of the standard."""

    def __init__(self, world: "World") -> None:
        super().__init__(world, "office")
        self._producer = MemoryProducer(world.log, self)
        self._count = len(world.log.topics[topics.WATCHLISTS.name])

    def begin(self) -> None:  # type: ignore[override]
        super().begin("watches", self._change_watches)
        super().begin("standards", self._adopt)

    def watch(self, *watches: tuple[int, str]) -> None:
        for company, bank in watches:
            self._write(*watch(company, bank))

    def _change_watches(self) -> None:
        rng = self.world.rng
        while rate := self.world.faults.late_watch:
            self.pause(rng.expovariate(rate))
            key, value = watch(rng.randrange(4), rng.choice(BANKS), rng.choice("KL"))
            self._write(key, rng.choice((value, value, None)))

    def _adopt(self) -> None:
        """A version of the standard, again and again until every partition has it."""
        rng, version = self.world.rng, CURRENT
        while rate := self.world.faults.adoption:
            self.pause(rng.expovariate(rate))
            version = OTHER_VERSION if version == CURRENT else CURRENT
            from_day = day_of(self.clock()) + timedelta(rng.choice((0, 1, 30)))
            self.world.say(self.name, f"adopts {version} from {from_day}")
            while not self._written(codec.encode(StandardAdopted(version=version, from_day=from_day))):
                self.pause(rng.random())

    def _written(self, raw: bytes) -> bool:
        failed: list[KafkaError] = []
        for partition in range(topics.PENALTIES.partitions):
            self._producer.produce(
                topics.PENALTIES.name,
                raw,
                topics.STANDARD_KEY,
                partition,
                on_delivery=lambda error, _: failed.append(error) if error else None,
            )
        return self._producer.flush(1) == 0 and not failed

    def _write(self, key: bytes, value: bytes | None) -> None:
        partition = codec.murmur2_partition(key.split(b"/")[0], self._count)
        self.world.log.append((topics.WATCHLISTS.name, partition), Stored(key, value, [], self.clock_ms(), None))
        self.world.say(self.name, f"{'watch' if value else 'no more watch of'} {key.decode()}")
