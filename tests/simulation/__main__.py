"""`make simulate` lives many lives from new seeds until one goes wrong; `make simulate SEED=…` shows one, step by step."""

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
    try:
        if chosen.seed is None:
            _live_many(chosen.lives)
        else:
            _show(chosen.seed)
    except LifeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _show(seed: int) -> None:
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    logging.getLogger("liancheng").setLevel(logging.INFO)
    live(seed, lambda turn, who, what: print(f"{turn:6}  {who:24}  {what}"))
    print(f"seed {seed}: all holds")


def _live_many(lives: int) -> None:
    started, seeds = time.monotonic(), random.SystemRandom()
    for number in range(1, lives + 1):
        live(seeds.randrange(10**9))
        if number % TELL_EVERY == 0 or number == lives:
            print(f"{number} of {lives} lives, {time.monotonic() - started:.0f} s: all holds", flush=True)


if __name__ == "__main__":
    sys.exit(main())
