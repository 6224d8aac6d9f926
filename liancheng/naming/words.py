"""The packaged words of company names."""

import csv
import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Words(NamedTuple):
    """The content of `words.toml`: forms and trades by their printed words, notes after a name, and so on."""

    forms: dict[str, str]
    industries: dict[str, str]
    weak: frozenset[str]
    notes: tuple[str, ...]
    former: tuple[str, ...]
    branches: tuple[str, ...]
    plants: tuple[str, ...]
    distinguishing: frozenset[str]
    shapes: dict[str, str]


@cache
def words() -> Words:
    """Returns the content of `words.toml`."""
    table = tomllib.loads(_text("words.toml"))
    strong, weak = table["industries"]["strong"], table["industries"]["weak"]
    tails = table["tails"]
    shapes: dict[str, str] = {}
    for group in table["shapes"]["groups"]:
        first = next((shapes[character] for character in group if character in shapes), group[0])
        shapes |= dict.fromkeys(group, first)
    return Words(
        table["forms"],
        {word: word for word in (*strong, *weak)} | table["synonyms"],
        frozenset(weak),
        tuple(tails["notes"]),
        tuple(tails["former"]),
        tuple(tails["branches"]),
        tuple(tails["plants"]),
        frozenset(table["distinguishing"]["characters"]),
        shapes,
    )


def divisions() -> list[tuple[str, str]]:
    """Returns (code, name) of the region's cities and counties, from GB/T 2260."""
    return [(row["code"], row["name"]) for row in csv.DictReader(_text("divisions.csv").splitlines())]


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
