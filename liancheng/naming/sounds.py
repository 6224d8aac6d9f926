"""Keys under which a mistyped or misread core is still found: how it sounds, how it looks."""

from functools import cache

from pypinyin import Style, lazy_pinyin

from liancheng.naming.words import words

# What many speakers and input methods do not tell apart: flat and retroflex initials, front and back nasals.
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


@cache
def sound(character: str) -> str:
    """A character's first reading in pinyin without tone; itself where it has none."""
    return lazy_pinyin(character, style=Style.NORMAL)[0]


@cache
def _alike(character: str) -> str:
    reading = sound(character)
    for printed, same in _ALIKE:
        reading = reading.replace(printed, same)
    return reading


def sounds(text: str) -> str:
    """Equal for cores that sound alike."""
    return " ".join(map(_alike, text))


def looks(text: str) -> str:
    """Equal for cores whose characters are taken for one another (`words.toml`, shapes)."""
    shapes = words().shapes
    return "".join(shapes.get(character, character) for character in text)
