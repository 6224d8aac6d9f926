"""Keys that a mistyped or misread core shares with the right one: its sound and its look."""

from functools import cache

from pypinyin import Style, lazy_pinyin

from liancheng.naming.words import words

# Many speakers and input methods do not distinguish flat and retroflex initials, or front and back nasals.
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


@cache
def sound(character: str) -> str:
    """Returns a character's first reading in pinyin without tone, or the character itself if it has none."""
    return lazy_pinyin(character, style=Style.NORMAL)[0]


@cache
def _alike(character: str) -> str:
    reading = sound(character)
    for printed, same in _ALIKE:
        reading = reading.replace(printed, same)
    return reading


def sounds(text: str) -> str:
    """Returns a key that is equal for cores that sound alike."""
    return " ".join(map(_alike, text))


def looks(text: str) -> str:
    """Returns a key that is equal for cores whose characters look alike (`words.toml`, shapes)."""
    shapes = words().shapes
    return "".join(shapes.get(character, character) for character in text)
