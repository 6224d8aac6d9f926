"""How alike two cores (字号) are: what a core differs in decides, however much of the rest agrees."""

from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from liancheng.naming.sounds import looks, sound, sounds
from liancheng.naming.words import words

LONG = 4  # characters from which one that is wrong leaves enough to know a core by


class Alike(NamedTuple):
    """0 to 1, and which defect explains the difference: its code and a text."""

    score: float
    code: str = ""
    text: str = ""


def compare(one: str, other: str) -> Alike:
    """Symmetric but for the text."""
    if one == other:
        return Alike(1.0)
    longest = max(len(one), len(other))
    distance = OSA.distance(one, other)
    if len(one) == len(other):
        alike = _same_length(one, other, distance)
        if alike:
            return alike
    elif distance == 1:
        return _one_more(*sorted((one, other), key=len))
    if distance == 1 and longest >= LONG:
        return Alike(0.8, "core.one_character", f"one character differs: {one} / {other}")
    return Alike(round(0.6 * (1 - distance / longest), 4), "core.other", f"another core: {one} / {other}")


def _same_length(one: str, other: str, distance: int) -> Alike | None:
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if any(_telling(a) and _telling(b) for a, b in pairs):
        return Alike(0.5, "core.told_apart", f"told apart on purpose: {one} / {other}")
    if 2 * len(pairs) <= len(one) or len(pairs) == 1:
        if sounds(one) == sounds(other):
            same = all(sound(a) == sound(b) for a, b in pairs)
            return Alike(0.93 if same else 0.88, "core.same_sound", f"sounds alike: {one} / {other}")
        if looks(one) == looks(other):
            return Alike(0.91, "core.same_shape", f"looks alike: {one} / {other}")
    if distance == 1 and len(pairs) == 2:
        return Alike(0.86, "core.swapped", f"two characters changed places: {one} / {other}")
    return None


def _one_more(shorter: str, longer: str) -> Alike:
    (edit,) = Levenshtein.editops(shorter, longer)
    character = longer[edit.dest_pos]
    if _telling(character):
        return Alike(0.5, "core.told_apart", f"told apart on purpose: {shorter} / {longer}")
    score = 0.85 if len(longer) >= LONG else 0.6
    return Alike(score, "core.one_more", f"one character more: {shorter} / {longer}")


def _telling(character: str) -> bool:
    return character in words().telling
