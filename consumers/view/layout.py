"""How Redis stores the screening view: one hash, nothing else.

`liancheng:list` is a hash. Its field `#` is the head (JSON, `ViewHead`); every other field is a USCC, its value the
entry's bytes as they are on `sanction-list`. One key, so that it cannot be lost, flushed or evicted in part, and
one HMGET returns entries together with their head.
"""

from datetime import date

import msgspec

KEY = "liancheng:list"
HEAD = b"#"
LAYOUT = 1  # a view of another layout is filled again
USCC_BYTES = 18


class PartitionState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the view has of one partition of `sanction-list`.

    offset: all committed records before it are in the view.
    target: the partition's end when this filling began; before it is reached, entries may be missing.
    day: the list is complete up to this day.
    applied_ms: timestamp of the newest record applied, Unix milliseconds.
    current_ms: all that was on the partition at this instant is in the view; milliseconds of Redis's own clock, so
        that clocks of two machines are never compared.
    """

    offset: int = 0
    target: int = 0
    day: date | None = None
    applied_ms: int | None = None
    current_ms: int | None = None


class ViewHead(msgspec.Struct, frozen=True, kw_only=True):
    """What the view is and how far it has come. Written in one transaction with the entries that it describes.

    generation: a new one for each filling from the beginning.
    source: the topic's id on its cluster; a topic that was created again has another.
    """

    layout: int
    generation: str
    source: str
    parts: tuple[PartitionState, ...]

    @property
    def offsets(self) -> tuple[int, ...]:
        return tuple(part.offset for part in self.parts)

    @property
    def rebuilding(self) -> bool:
        """Whether entries may be missing because the first filling has not reached its end."""
        return any(part.offset < part.target for part in self.parts)


encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(ViewHead)


def decode(raw: bytes | None) -> ViewHead | None:
    """Returns a head; None if there is none, or none of this layout."""
    if raw is None:
        return None
    try:
        head = _decoder.decode(raw)
    except msgspec.DecodeError:
        return None
    return head if head.layout == LAYOUT else None
