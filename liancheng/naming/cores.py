"""How similar two cores (字号) are. A difference in the core decides, however much of the rest agrees."""

from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from liancheng.naming.sounds import looks, sound, sounds
from liancheng.naming.words import words

LONG = 4  # from this many characters on, a core can be recognised with one character wrong


class CoreSimilarity(NamedTuple):
    """The score, 0 to 1, and the code and text of the difference."""

    score: float
    code: str = ""
    text: str = ""


def compare(left: str, right: str) -> CoreSimilarity:
    """Returns the similarity. Symmetric except for the text."""
    if left == right:
        return CoreSimilarity(1.0)
    longest = max(len(left), len(right))
    distance = OSA.distance(left, right)
    if len(left) == len(right):
        alike = _same_length(left, right, distance)
        if alike:
            return alike
    elif distance == 1:
        return _one_more(*sorted((left, right), key=len))
    if distance == 1 and longest >= LONG:
        return CoreSimilarity(0.8, "core.one_character", f"one character differs: {left} / {right}")
    return CoreSimilarity(round(0.6 * (1 - distance / longest), 4), "core.other", f"another core: {left} / {right}")


def _same_length(left: str, right: str, distance: int) -> CoreSimilarity | None:
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if a != b]
    if any(_distinguishes(a) and _distinguishes(b) for a, b in pairs):
        return CoreSimilarity(0.5, "core.told_apart", f"different on purpose: {left} / {right}")
    if 2 * len(pairs) <= len(left) or len(pairs) == 1:
        if sounds(left) == sounds(right):
            same = all(sound(a) == sound(b) for a, b in pairs)
            return CoreSimilarity(0.93 if same else 0.88, "core.same_sound", f"sounds alike: {left} / {right}")
        if looks(left) == looks(right):
            return CoreSimilarity(0.91, "core.same_shape", f"looks alike: {left} / {right}")
    if distance == 1 and len(pairs) == 2:
        return CoreSimilarity(0.86, "core.swapped", f"two characters changed places: {left} / {right}")
    return None


def _one_more(shorter: str, longer: str) -> CoreSimilarity:
    (edit,) = Levenshtein.editops(shorter, longer)
    character = longer[edit.dest_pos]
    if _distinguishes(character):
        return CoreSimilarity(0.5, "core.told_apart", f"different on purpose: {shorter} / {longer}")
    score = 0.85 if len(longer) >= LONG else 0.6
    return CoreSimilarity(score, "core.one_more", f"one character more: {shorter} / {longer}")


def _distinguishes(character: str) -> bool:
    return character in words().distinguishing
