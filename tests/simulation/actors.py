"""Who acts next: actors take turns at random, in simulated time, each in a greenlet of its own.

An actor is plain blocking code; wherever it pauses, others go on. So every interleaving of the pauses is possible, and
a seed repeats it.
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
        self.over = False
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
        self._doomed: list[Actor] = []
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

    def doom(self, actor: Actor) -> None:
        """Kill it before anybody acts again; it may be the one who acts now, and then ends itself."""
        self._doomed.append(actor)

    def end(self) -> None:
        self._doomed += self.actors
        self._bury()

    def _turn(self, actor: Actor) -> None:
        self.turns += 1
        self.before_turn()
        self.current = actor
        actor.greenlet.switch()
        self.current = None
        if actor.greenlet.dead:
            self._remove(actor)
        if self._doomed:
            self._bury()

    def _bury(self) -> None:
        while self._doomed:
            actor = self._doomed.pop()
            if not actor.over:
                self.current = actor
                actor.greenlet.throw(Crashed())
                self._remove(actor)
        self.current = None

    def _remove(self, actor: Actor) -> None:
        actor.over = True
        self.actors.remove(actor)
