"""`make simulate` lives many lives from new seeds; `make simulate SEED=…` shows one, step by step."""

import argparse
import logging
import random
import sys
import time

from tests.simulation.lives import LifeError, live

LIVES = 2000
TELL_EVERY = 100


def main() -> int:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("seed", nargs="?", type=int)
    parser.add_argument("--lives", type=int, default=LIVES)
    chosen = parser.parse_args()
    return _show(chosen.seed) if chosen.seed is not None else _live_many(chosen.lives)


def _show(seed: int) -> int:
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format=f"{'':32}%(message)s")
    try:
        live(seed, lambda turn, who, what: _tell(f"{turn:6}  {who:24}{what}"))
    except LifeError as error:
        _tell(str(error))
        return 1
    _tell(f"seed {seed}: all holds")
    return 0


def _live_many(lives: int) -> int:
    """All of them, also when one has shown something: the seeds that did are told as they come."""
    started, seeds, wrong = time.monotonic(), random.SystemRandom(), 0
    for number in range(1, lives + 1):
        seed = seeds.randrange(10**9)
        try:
            live(seed)
        except LifeError as error:
            wrong += 1
            _tell(str(error))
        except Exception:
            _tell(f"the life itself broke: make simulate SEED={seed}")
            raise
        if number % TELL_EVERY == 0 or number == lives:
            held = "all held" if not wrong else f"{wrong} did not hold"
            _tell(f"{number} of {lives} lives in {time.monotonic() - started:.0f} s: {held}")
    return 1 if wrong else 0


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
