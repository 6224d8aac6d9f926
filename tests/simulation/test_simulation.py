"""Lives from fixed seeds: whatever goes wrong in them, each event counts exactly once (docs/guarantees.md).

New seeds are for `make simulate`: what one of them finds is a bug, not a flaky test.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from liancheng.codec import decoder
from liancheng.records import topics
from liancheng.records.entries import LEVELS, Entry, ListRecord
from liancheng.standard import CURRENT
from tests.simulation.lives import live
from tests.simulation.substitutes import OTHER_VERSION

decode = decoder(ListRecord).decode

LIVES = 1500
LIVES_IN_SHORT = 300
TOGETHER = 100


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(first, marks=pytest.mark.long if first > LIVES_IN_SHORT else ())
        for first in range(1, LIVES, TOGETHER)
    ],
)
def test_nothing_is_lost_or_counted_twice(first: int) -> None:
    for seed in range(first, first + TOGETHER):
        live(seed)


def test_lives_are_eventful() -> None:
    """What happens in them, seen from outside: every kind of misfortune, and every kind of record."""
    told: list[str] = []
    histories = [live(seed, lambda turn, who, what: told.append(what)) for seed in range(1, 60)]
    for happening in (
        "is killed",
        "is frozen",
        "wakes up",
        "is asked to stop",
        "helper",
        "aborted",
        "lost",
        "clock that is wrong",
        "has written the day",
        "no more watch of",
        "unknown",
    ):
        assert any(happening in one for one in told), happening
    entries = [decode(record.value or b"") for history in histories for record in history.of(topics.SANCTION_LIST.name)]
    assert {entry.level for entry in entries if isinstance(entry, Entry)} == set(LEVELS)
    assert {entry.standard for entry in entries if isinstance(entry, Entry)} == {CURRENT, OTHER_VERSION}


def test_a_seed_repeats_its_life_to_the_letter() -> None:
    assert _story_of(7, hashing="1") == _story_of(7, hashing="2")


def _story_of(seed: int, hashing: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", str(seed)],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONHASHSEED": hashing},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "all holds" in done.stdout
    return done.stdout
