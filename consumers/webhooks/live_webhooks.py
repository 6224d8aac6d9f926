"""The current webhooks and their states, followed live."""

from collections.abc import Callable, Sequence
from typing import Any

from confluent_kafka import Message

from liancheng import codec
from liancheng.records import topics
from liancheng.records.topics import Topic
from liancheng.records.webhooks import Webhook, WebhookState, standing
from liancheng.settings import Settings
from transport.follower import Follower


class LiveWebhooks:
    """By `<bank>/<id>`. `changed` is called, in another thread, after webhooks (not states) are read."""

    def __init__(self, settings: Settings, changed: Callable[[], object] = lambda: None) -> None:
        self.hooks: dict[str, Webhook] = {}
        self.states: dict[str, WebhookState] = {}
        self._changed = changed
        self._followers = (
            _follower(settings, topics.WEBHOOKS, codec.decoder(Webhook), self._put_hooks),
            _follower(settings, topics.WEBHOOK_STATE, codec.decoder(WebhookState), self._put_states),
        )

    @property
    def caught_up(self) -> bool:
        return all(follower.caught_up.is_set() for follower in self._followers)

    def of(self, bank: str) -> list[tuple[Webhook, WebhookState]]:
        """Returns a bank's current webhooks, by id."""
        hooks = sorted((hook for hook in self.hooks.values() if hook.bank == bank), key=lambda hook: hook.id)
        return [(hook, self.state(hook)) for hook in hooks]

    def state(self, hook: Webhook) -> WebhookState:
        return standing(hook, self.states.get(hook.key))

    def standing(self, key: str) -> tuple[Webhook, WebhookState] | None:
        """Returns a current webhook, by `<bank>/<id>`."""
        hook = self.hooks.get(key)
        return (hook, self.state(hook)) if hook else None

    def _put_hooks(self, changes: dict[str, Any]) -> None:
        self.hooks = _changed(self.hooks, changes)
        self._changed()

    def _put_states(self, changes: dict[str, Any]) -> None:
        self.states = _changed(self.states, changes)

    def start(self) -> None:
        for follower in self._followers:
            follower.start()

    def stop(self) -> None:
        for follower in self._followers:
            follower.stop()


def _follower(settings: Settings, topic: Topic, decode: Any, put: Callable[[dict[str, Any]], None]) -> Follower:
    def take(messages: Sequence[Message], _: Sequence[int]) -> None:
        put({(message.key() or b"").decode(): _value(decode, message, topic.name) for message in messages})

    return Follower(settings, topic.name, topic.partitions, take)


def _value(decode: Any, message: Message, topic: str) -> Any:
    raw = message.value()
    return None if raw is None else codec.read(decode, raw, f"{topic}@{message.offset()}")


def _changed(table: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Returns a new table: readers in other threads hold the old one."""
    return {key: value for key, value in (table | changes).items() if value is not None}
