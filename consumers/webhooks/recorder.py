"""Writes states of webhooks to their topic, in a thread; of each webhook only the newest one."""

import logging
import threading

from confluent_kafka import KafkaError, Producer

from consumers.webhooks.webhook_table import SOURCE
from liancheng import codec
from liancheng.records import topics
from liancheng.records.webhooks import WebhookState
from liancheng.settings import Settings
from transport.clients import producer
from transport.table_writer import FLUSH_S

log = logging.getLogger("liancheng.webhooks")

_RETRY_S = 1.0


class Recorder:
    """A state is on the topic a few milliseconds after `put`, or when the broker is back."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pending: dict[str, WebhookState | None] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="liancheng.webhook-state", daemon=True)
        self._thread.start()

    def put(self, state: WebhookState) -> None:
        self._put(state.key, state)

    def forget(self, key: str) -> None:
        """The webhook was deleted."""
        self._put(key, None)

    def stop(self) -> None:
        """Writes the remaining states."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(20)

    def _put(self, key: str, state: WebhookState | None) -> None:
        with self._changed:
            self._pending[key] = state
            self._changed.notify()

    def _run(self) -> None:
        client = producer(self._settings, enable_idempotence=False)  # states of a key cannot overtake each other:
        while states := self._taken():  # one write ends before the next begins
            failed: list[KafkaError] = []
            for key, state in states.items():
                _produce(client, key, state, failed)
            left = client.flush(FLUSH_S)
            if failed or left:
                log.warning("states are not written: %s", failed[0] if failed else "no answer")
                with self._changed:
                    self._pending = states | self._pending
                    if self._stopping:
                        return
                    self._changed.wait(_RETRY_S)

    def _taken(self) -> dict[str, WebhookState | None]:
        with self._changed:
            while not self._pending and not self._stopping:
                self._changed.wait()
            states, self._pending = self._pending, {}
            return states


def _produce(client: Producer, key: str, state: WebhookState | None, failed: list[KafkaError]) -> None:
    type_ = "webhook_state" if state else "webhook_ended"
    headers = codec.headers(type_, SOURCE, f"{key}/{codec.digest(state) if state else 'ended'}")
    client.produce(
        topics.WEBHOOK_STATE.name, codec.encode(state) if state else None, key, 0, headers=[*headers],
        on_delivery=lambda error, _: failed.append(error) if error else None,
    )  # fmt: skip
