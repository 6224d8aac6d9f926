"""The engine as it is, over a world: its clients, its clock and its one further thread are put in their places."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, tzinfo
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from msgspec.structs import replace

from liancheng.joint_list import standard_judge
from liancheng.records.topics import Topic
from liancheng.settings import Settings
from liancheng.standard import loader
from liancheng.standard.model import Standard
from stream_apps import batch, blocking_calls, engine, joint_list, writer
from transport import tables

if TYPE_CHECKING:
    from tests.simulation.world import World

PARTITIONS = 2  # of every topic that has more: companies meet on them in short lives too
OTHER_VERSION = "2026.1-simulated"  # of the standard: as the current one, but listed by rule


@contextmanager
def substituted(world: "World") -> Iterator[None]:
    def consumer(_: Settings, group: str, **more: Any) -> Any:
        return world.process().consumer(group, **more)  # type: ignore[attr-defined]

    def producer(_: Settings, **more: Any) -> Any:
        return world.process().producer(**more)  # type: ignore[attr-defined]

    clock = SimpleNamespace(
        monotonic=lambda: world.theatre.now,
        time=lambda: world.process().clock().timestamp(),
        sleep=lambda seconds: world.process().pause(seconds),
    )
    with ExitStack() as stack:
        for module, name, substitute in (
            (engine, "consumer", consumer),
            (tables, "consumer", consumer),
            (writer, "producer", producer),
            (writer, "CallThread", lambda name: AtOnceOrLater(world)),
            (engine, "time", clock),
            (blocking_calls, "time", clock),
            (batch, "datetime", Clock(world)),
            (joint_list, "STEP", world.rng.choice((1, 2, joint_list.STEP))),  # of long work before a record
        ):
            stack.enter_context(patch.object(module, name, substitute))
        yield


@contextmanager
def small_region() -> Iterator[None]:
    """Few partitions, and a version of the standard that can be adopted. Checking needs it too."""
    partitions = property(lambda topic: min(topic.family.value, PARTITIONS))
    with patch.object(Topic, "partitions", partitions), patch.object(standard_judge, "load", _load):
        yield


@cache
def _load(version: str) -> Standard:
    if version != OTHER_VERSION:
        return loader.load(version)
    now = loader.current()
    return replace(now, version=version, listing=replace(now.listing, mode="by_rule"))


class Clock:
    """`datetime` for whoever only asks for the time."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def now(self, _: tzinfo) -> datetime:
        return self._world.process().clock()


class AtOnceOrLater:
    """Stands in for the engine's helper thread: its step is done when it is started, or when it is waited for."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._step: Callable[[], None] | None = None
        self._error: Exception | None = None

    def start(self, step: Callable[[], None]) -> None:
        self._step = step
        if self._world.rng.random() < 0.5:
            self._do()

    def wait(self, timeout_s: float) -> None:
        self._do()
        error, self._error = self._error, None
        if error:
            raise error

    def end(self) -> None:
        pass

    def _do(self) -> None:
        step, self._step = self._step, None
        if step:
            try:
                step()
            except Exception as error:
                self._error = error
