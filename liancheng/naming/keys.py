"""Keys by which two names meet that may score above the cutoff. Other numbers never do, so each key holds them."""

from collections.abc import Iterator
from zlib import crc32

from liancheng.naming.cores import LONG
from liancheng.naming.parts import Name, parse
from liancheng.naming.sounds import looks, sounds
from liancheng.naming.words import words

_LONGEST = 12  # characters; a longer core is found by its whole text only


def of_listed(name: Name) -> set[int]:
    """The keys under which a name on the list stands: about eight. 32 bits: a false meeting costs time only."""
    return {crc32(key.encode()) for reading in _readings(name) for key in _keys(reading)}


def of_query(name: Name) -> set[int]:
    """Those, and the cores that it may have: a misread division or trade counts as core, 深圳 without 市 as well."""
    return {crc32(key.encode()) for reading in _readings(name) for key in (*_keys(reading), *_other_cores(reading))}


def _readings(name: Name) -> tuple[Name, ...]:
    return (name, parse(name.now), parse(name.formerly)) if name.formerly else (name,)


def _keys(name: Name) -> Iterator[str]:
    if not name.folded:
        return
    yield f"={name.folded}"
    yield f"o{name.characters}"
    core = name.core
    if not core:
        yield f"j{name.joined}"
        return
    yield _core(core, name)
    if len(core) > _LONGEST:
        return
    weak = words().weak
    beside = f"|{''.join(sorted(word for word in name.industry if word not in weak))}|{'/'.join(name.numbers)}"
    yield f"s{sounds(core)}{beside}"
    yield f"l{looks(core)}{beside}"
    yield f"a{''.join(sorted(core))}{beside}"
    if len(core) >= LONG - 1:
        yield f"d{core}{beside}"
    if len(core) >= LONG:
        for position in range(len(core)):
            yield f"d{core[:position]}{core[position + 1 :]}{beside}"


def _other_cores(name: Name) -> Iterator[str]:
    if name.regions:
        yield _core(name.joined, name)
    if len(name.core) >= LONG:
        if not name.regions:
            yield _core(name.core[2:], name)
            yield _core(name.core[3:], name)
        yield _core(name.core[:-2], name)
        yield _core(name.core[:-3], name)


def _core(core: str, name: Name) -> str:
    return f"c{core}|{'/'.join(name.numbers)}"
