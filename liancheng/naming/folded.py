"""What makes two printed names the same text."""

from liancheng.text import spelling


def fold(name: str) -> str:
    """Simplified, half width, upper case, round brackets, no spaces and no punctuation. Idempotent.

    Two names with one folded form are one name; a name of punctuation alone folds to nothing and is like no other.
    """
    text = spelling.compact(name).upper()
    return text if text.isalnum() else "".join(c for c in text if c.isalnum() or c in "()")
