"""Who acts next: actors take turns at random, in simulated time, each in a greenlet of its own.

An actor is plain blocking code; wherever it pauses, others go on. So every interleaving of the pauses is possible, and a
seed repeats it.
"""

import random
from collections.abc import Callable

from greenlet import GreenletExit, getcurrent, greenlet

TURNS_MAX = 1_000_000  # a life has some thousand


class Crashed(GreenletExit):
    """The process of an actor was killed. No `except Exception` catches it, and what cleans up reaches no broker."""


class Actor:
    def __init__(self, name: str, act: Callable[[], None], theatre: "Theatre") -> None:
        self.name = name
        self.awake_at = theatre.now
        self.frozen = False
        self.doomed = False
        self.greenlet: greenlet = greenlet(act, theatre.hub)


class Theatre:
    """Actors, the time in seconds, and one source of chance.

    `before_turn` and `when_time_passes` are for the broker, who works beside all of them.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.now = 0.0
        self.turns = 0
        self.hub = getcurrent()
        self.actors: list[Actor] = []
        self.current: Actor | None = None
        self.before_turn: Callable[[], None] = lambda: None
        self.when_time_passes: Callable[[], None] = lambda: None

    def enter(self, name: str, act: Callable[[], None]) -> Actor:
        actor = Actor(name, act, self)
        self.actors.append(actor)
        return actor

    def pause(self, seconds: float = 0.0) -> None:
        """Let others act, for so long at least. Only an actor pauses."""
        assert self.current is not None
        self.current.awake_at = self.now + seconds
        self.hub.switch()

    def run(self, until: Callable[[], bool], timeout_s: float) -> bool:
        """Let them act until that is so (looked at whenever time passes); whether it came so within that time."""
        deadline = self.now + timeout_s
        while self.now <= deadline and self.turns < TURNS_MAX:
            ready = [actor for actor in self.actors if actor.awake_at <= self.now and not actor.frozen]
            if ready:
                self._turn(ready[int(self.rng.random() * len(ready))])
                continue
            if until():
                return True
            self.now = min(actor.awake_at for actor in self.actors if not actor.frozen)
            self.when_time_passes()
        return False

    def _turn(self, actor: Actor) -> None:
        self.turns += 1
        self.before_turn()
        if not actor.doomed:
            self.current = actor
            actor.greenlet.switch()
            self.current = None
        if any(one.doomed for one in self.actors):
            self._bury()
        if actor.greenlet.dead and actor in self.actors:
            self.actors.remove(actor)

    def _bury(self) -> None:
        for actor in [one for one in self.actors if one.doomed]:
            self.current = actor
            actor.greenlet.throw(Crashed())
            self.actors.remove(actor)
        self.current = None

    def end(self) -> None:
        for actor in self.actors:
            actor.doomed = True
        self._bury()
