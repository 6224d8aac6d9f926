"""Kafka's producers, consumers and admin clients, and their errors in one line. Only this file constructs them."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from liancheng.errors import UnavailableError
from liancheng.settings import Settings, client_config, consumer_config, producer_config

log = logging.getLogger("liancheng.kafka")
log.addHandler(logging.NullHandler())

_FETCH_WAIT_TO_END_MS = 10  # the end of a partition is noticed by an empty answer

_CAUSES = {
    KafkaError._AUTHENTICATION: "the login was refused: check LIANCHENG_SASL_USERNAME and LIANCHENG_SASL_PASSWORD",
    KafkaError._SSL: "TLS failed: check LIANCHENG_SSL_CA_LOCATION and the broker's name",
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "this user may not use that topic: ask the office for the right",
    KafkaError.GROUP_AUTHORIZATION_FAILED: "this user may not use that consumer group: ask the office for the right",
}


def producer(settings: Settings, **more: Any) -> Producer:
    return Producer(producer_config(settings) | {"error_cb": _on_error} | _dotted(more), logger=log)


def consumer(settings: Settings, group: str, **more: Any) -> Consumer:
    if more.get("enable_partition_eof"):
        more = {"fetch_wait_max_ms": _FETCH_WAIT_TO_END_MS} | more
    return Consumer(consumer_config(settings, group) | {"error_cb": _on_error} | _dotted(more), logger=log)


def admin(settings: Settings) -> AdminClient:
    return AdminClient(client_config(settings) | {"error_cb": _on_error}, logger=log)


def _dotted(more: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "."): value for name, value in more.items()}


def _on_error(error: KafkaError) -> None:
    log.debug("kafka: %s", error)


def require_broker(settings: Settings, timeout_s: float = 5.0) -> AdminClient:
    """Returns an admin client that has reached the broker.

    Raises:
        UnavailableError: with the cause as far as librdkafka reports it (no broker, login, TLS), in one line.
    """
    seen: list[KafkaError] = []
    client = AdminClient(client_config(settings) | {"error_cb": seen.append}, logger=log)
    deadline = time.monotonic() + timeout_s
    cluster = client.describe_cluster(request_timeout=timeout_s)
    while not cluster.done() and time.monotonic() < deadline:
        client.poll(0.02)
        if any(error.code() in _CAUSES for error in seen):
            break
    if cluster.done() and cluster.exception() is None:
        return client
    raise unavailable(settings, seen)


def unavailable(settings: Settings, seen: list[KafkaError]) -> UnavailableError:
    """Returns the error that says why the broker cannot be used."""
    for error in seen:
        if cause := _CAUSES.get(error.code()):
            return UnavailableError(f"{settings.bootstrap_servers}: {cause}")
    detail = f" ({seen[0].str()})" if seen else ""
    return UnavailableError(
        f"no Kafka broker answers at {settings.bootstrap_servers}{detail}: "
        "start one with `liancheng up`, or set LIANCHENG_BOOTSTRAP_SERVERS"
    )


@contextmanager
def reported(doing: str) -> Iterator[None]:
    """Raises UnavailableError instead of KafkaException, in one line that says what was being done."""
    try:
        yield
    except KafkaException as error:
        raise readable(error, doing) from error


def readable(error: KafkaException | KafkaError, doing: str) -> UnavailableError:
    """Returns a Kafka error as one line: what was being done, and how to fix it if that is known."""
    kafka_error = error.args[0] if isinstance(error, KafkaException) else error
    cause = _CAUSES.get(kafka_error.code()) if isinstance(kafka_error, KafkaError) else None
    return UnavailableError(f"{doing}: {cause or kafka_error}")
