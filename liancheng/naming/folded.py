"""The folded form of a name, in which two spellings of one name are equal."""

from liancheng.text import spelling


def fold(name: str) -> str:
    """Returns a name simplified, half width, upper case, with round brackets, no spaces, no punctuation. Idempotent.

    Names with the same folded form are equal. A name of punctuation only folds to an empty text and matches none.
    """
    text = spelling.compact(name).upper()
    return text if text.isalnum() else "".join(c for c in text if c.isalnum() or c in "()")
