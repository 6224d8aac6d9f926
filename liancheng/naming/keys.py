"""Keys that two names share if they may score above the cutoff. Each holds the numbers, which must be the same."""

from collections.abc import Iterator
from zlib import crc32

from liancheng.naming.cores import LONG
from liancheng.naming.parts import Name, parse
from liancheng.naming.sounds import looks, sounds
from liancheng.naming.words import words

_SLIPPED_MAX = 6  # characters of a misread division or trade
_LONGEST = 12  # characters; a longer core is found by its whole text only


def of_listed(name: Name) -> set[int]:
    """Returns the keys of a name on the list, about ten. They have 32 bits: a collision costs only time."""
    return {crc32(key.encode()) for reading in _readings(name) for key in (*_keys(reading), *_of_listed(reading))}


def of_query(name: Name) -> set[int]:
    """Returns the keys under which to search for a name, including those of the cores it may be a misspelling of.

    A core is searched with each of its trades and without one; only a query without a trade matches a core with any.
    """
    return {crc32(key.encode()) for reading in _readings(name) for key in (*_keys(reading), *_of_query(reading))}


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


def _mistyped(core: str, rest: str) -> Iterator[str]:
    """Keys that survive one typing error in the core. They hold a trade: without a common one, the score is too low."""
    yield f"s{sounds(core)}{rest}"
    yield f"l{looks(core)}{rest}"
    yield f"a{''.join(sorted(core))}{rest}"
    if len(core) >= LONG - 1:
        yield f"d{core}{rest}"
    if len(core) >= LONG:
        for position in range(len(core)):
            yield f"d{core[:position]}{core[position + 1 :]}{rest}"


def _of_query(name: Name) -> Iterator[str]:
    core, trades = name.core, (*_trades(name), "")
    shorter = range(2, min(len(core) - 1, _SLIPPED_MAX + 1))
    tails = () if name.regions else (core[size:] for size in shorter)  # a misread division counts as core
    for variant in (core, name.joined, *tails):
        yield from (_core(variant, trade, name) for trade in trades)
    if trades == ("", ""):  # none, or a misread one that counts as core
        for variant in (core, name.joined, *(core[:-size] for size in shorter)):
            yield _core(variant, "*", name)


def _of_listed(name: Name) -> Iterator[str]:
    yield _core(name.core, "*", name)
    if any(not region.codes for region in name.regions):  # 佛山市顺德区虚构, searched as 佛山顺德虚构
        yield from (_core(name.joined, trade, name) for trade in (*_trades(name), "*"))


def _trades(name: Name) -> tuple[str, ...]:
    weak = words().weak
    return tuple(dict.fromkeys(word for word in name.industry if word not in weak)) or ("",)


def _core(core: str, trade: str, name: Name) -> str:
    return f"c{core}|{trade}|{'/'.join(name.numbers)}"
