"""What may go wrong, and how often. Each life has faults of its own: some it does not know, some strike it often."""

import random
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Faults:
    # Probability at each point of the kind.
    yields: float = 0.4  # others come between two calls of a client
    sent_later: float = 0.3  # what was produced waits for the next poll, or the commit
    crash_before_commit: float = 0.02
    crash_after_commit: float = 0.02  # before the stage's memory knows
    aborted: float = 0.04  # the producer says: abort, and do it again
    timed_out_before: float = 0.03  # a commit that never reached the broker, and is asked for again
    timed_out_after: float = 0.03  # one that did, but its answer was lost
    unknown_outcome: float = 0.02  # nobody will ever tell
    lost: float = 0.05  # a record that did not arrive, and its sender is told so
    answer_lost: float = 0.05  # it did, but its sender is told that it did not
    sent_twice: float = 0.05  # an agency that does not know any more what it has sent
    overtaken: float = 0.1  # an agency sends the next event first
    frozen_before_commit: float = 0.02  # long enough to lose its partitions in the middle of a transaction, or not
    frozen_between: float = 0.05  # in the middle of a rebalance: its partitions are given back, and none taken yet
    slow_markers: float = 0.6  # the end of a transaction does not reach a partition yet
    # Strikes per simulated second.
    crash: float = 0.1
    freeze: float = 0.1  # for longer than its session, or shorter; it goes on where it was
    replaced: float = 0.05  # frozen, and another with its name is started meanwhile
    stop: float = 0.1  # in an orderly way
    helper: float = 0.1  # a further worker comes for a while
    clock_jump: float = 0.1  # of one worker's clock, by days
    late_watch: float = 0.5  # a bank begins or ends to watch a company
    day: float = 0.4  # one passes, or many
    adoption: float = 0.1  # of another version of the standard
    compaction: float = 0.2

    @staticmethod
    def drawn(rng: random.Random) -> "Faults":
        usual = {field.name: getattr(USUAL, field.name) for field in fields(Faults)}
        return replace(USUAL, **{name: min(value * rng.choice((0, 1, 1, 3)), 0.9) for name, value in usual.items()})


USUAL = Faults()
QUIET = Faults(**{field.name: 0.0 for field in fields(Faults)} | {"yields": 0.4})
