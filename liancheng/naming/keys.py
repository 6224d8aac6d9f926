"""Keys by which two names meet that may score above the cutoff. Other numbers never do, so each key holds them."""

from collections.abc import Iterator
from zlib import crc32

from liancheng.naming.cores import LONG
from liancheng.naming.parts import Name, parse
from liancheng.naming.sounds import looks, sounds
from liancheng.naming.words import words

_SLIPPED_MAX = 6  # characters of a misread division or trade
_LONGEST = 12  # characters; a longer core is found by its whole text only


def of_listed(name: Name) -> set[int]:
    """The keys under which a name on the list stands: about ten. 32 bits: a false meeting costs time only."""
    return {crc32(key.encode()) for reading in _readings(name) for key in (*_keys(reading), *_listed(reading))}


def of_query(name: Name) -> set[int]:
    """The keys under which a name asked for may stand, and those of the cores that it may have had before a slip.

    A core that thousands share is asked for with its trades and without any; only a query without a trade meets all.
    """
    return {crc32(key.encode()) for reading in _readings(name) for key in (*_keys(reading), *_asked(reading))}


def _readings(name: Name) -> tuple[Name, ...]:
    return (name, parse(name.now), parse(name.formerly)) if name.formerly else (name,)


def _keys(name: Name) -> Iterator[str]:
    if not name.folded:
        return
    yield f"={name.folded}"
    yield f"o{name.characters}"
    core, counted = name.core, "/".join(name.numbers)
    if not core:
        yield f"j{name.joined}"
        return
    for trade in _trades(name):
        yield _core(core, trade, name)
        if len(core) <= _LONGEST:
            yield from _mistyped(core, f"|{trade}|{counted}")


def _mistyped(core: str, beside: str) -> Iterator[str]:
    """Keys that survive one slip in the core. A trade in common is asked for: without it such a pair scores too low."""
    yield f"s{sounds(core)}{beside}"
    yield f"l{looks(core)}{beside}"
    yield f"a{''.join(sorted(core))}{beside}"
    if len(core) >= LONG - 1:
        yield f"d{core}{beside}"
    if len(core) >= LONG:
        for position in range(len(core)):
            yield f"d{core[:position]}{core[position + 1 :]}{beside}"


def _asked(name: Name) -> Iterator[str]:
    core, trades = name.core, (*_trades(name), "")
    shorter = range(2, min(len(core) - 1, _SLIPPED_MAX + 1))
    behind = () if name.regions else (core[size:] for size in shorter)  # a misread division counts as core
    for other in (core, name.joined, *behind):
        yield from (_core(other, trade, name) for trade in trades)
    if trades == ("", ""):  # none, or a misread one that counts as core
        for other in (core, name.joined, *(core[:-size] for size in shorter)):
            yield _core(other, "*", name)


def _listed(name: Name) -> Iterator[str]:
    yield _core(name.core, "*", name)
    if any(not region.codes for region in name.regions):  # 佛山市顺德区虚构, asked for as 佛山顺德虚构
        yield from (_core(name.joined, trade, name) for trade in (*_trades(name), "*"))


def _trades(name: Name) -> tuple[str, ...]:
    weak = words().weak
    return tuple(dict.fromkeys(word for word in name.industry if word not in weak)) or ("",)


def _core(core: str, trade: str, name: Name) -> str:
    return f"c{core}|{trade}|{'/'.join(name.numbers)}"
