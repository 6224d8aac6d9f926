"""Topics on a cluster, created from the registry."""

import time
from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from liancheng.errors import UnavailableError, WrongUseError
from liancheng.records import topics
from liancheng.records.topics import Topic
from liancheng.settings import Settings
from transport.clients import readable, require_broker


def ensure_shared_topics(settings: Settings) -> tuple[str, ...]:
    """Creates the topics that exist once, if they are missing; returns those it created."""
    return _ensure(require_broker(settings), settings, [(topic.name, topic) for topic in topics.shared_topics()])


def add_province(settings: Settings, code: str) -> bool:
    """Creates a province's topics; returns False if it has them already. Nothing needs a restart."""
    wanted = [(topic.named(code), topic) for topic in (topics.RECEIPTS, topics.PENALTY_EVENTS)]
    return bool(_ensure(require_broker(settings), settings, wanted))


def add_bank_topic(settings: Settings, bank: str) -> bool:
    """Creates a bank's topics; returns False if it has them already."""
    wanted = [(topic.named(bank), topic) for topic in topics.REGISTRY if topic.name.endswith("<bank>")]
    return bool(_ensure(require_broker(settings), settings, wanted))


def provinces(settings: Settings) -> tuple[str, ...]:
    """Returns the codes of the provinces that have their topics, sorted."""
    return _named(require_broker(settings), topics.PENALTY_EVENTS)


def require_province(settings: Settings, code: str) -> None:
    """Raises WrongUseError if the province has no topics yet, naming those that have."""
    _require(settings, topics.PENALTY_EVENTS, code, "province")


def require_bank(settings: Settings, bank: str) -> None:
    """Raises WrongUseError if the bank is not registered yet, naming those that are."""
    _require(settings, topics.BANK_ALERTS, bank, "bank")


def partition_count(client: Producer, topic: str) -> int:
    """Returns how many partitions a topic has; 0 if there is no such topic.

    A new topic takes a moment to reach every broker, so "no such topic" is believed only the third time.
    """
    for pause_s in (0.1, 0.5, None):
        metadata = client.list_topics(topic, timeout=10).topics[topic]
        if metadata.error is None:
            return len(metadata.partitions)
        if metadata.error.code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise KafkaException(metadata.error)
        if pause_s:
            time.sleep(pause_s)
    return 0


def _require(settings: Settings, topic: Topic, name: str, kind: str) -> None:
    known = _named(require_broker(settings), topic)
    if name not in known:
        names = ", ".join(known) or "none"
        raise WrongUseError(f"unknown {kind} {name!r} (known: {names}): add it with `liancheng {kind} add {name}`")


def _named(client: AdminClient, topic: Topic) -> tuple[str, ...]:
    names = client.list_topics(timeout=10).topics
    return tuple(sorted(name.removeprefix(topic.prefix) for name in names if name.startswith(topic.prefix)))


def _ensure(client: AdminClient, settings: Settings, wanted: Iterable[tuple[str, Topic]]) -> tuple[str, ...]:
    new = [
        NewTopic(
            name,
            num_partitions=topic.partitions,
            replication_factor=settings.replication_factor,
            config=topic.settings(),
        )
        for name, topic in wanted
    ]
    created = []
    for name, future in client.create_topics(new, operation_timeout=10).items():
        try:
            future.result(timeout=15)
            created.append(name)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise readable(error, f"creating topic {name}") from error
        except TimeoutError as error:
            raise UnavailableError(f"creating topic {name}: the broker did not answer within 15 s") from error
    _await_visible(client, created)
    return tuple(created)


def _await_visible(client: AdminClient, names: list[str]) -> None:
    """A new topic is known to the brokers a moment later; the next command must not miss it."""
    deadline = time.monotonic() + 15
    while not set(names) <= set(client.list_topics(timeout=10).topics):
        if time.monotonic() > deadline:
            raise UnavailableError(f"created {', '.join(names)}, but the broker does not list them after 15 s")
        time.sleep(0.02)
