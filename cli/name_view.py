"""`names check` and `names score`."""

from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from cli.terminal import Outcome, print_json, table
from file_formats.text import decode
from liancheng.naming import CUTOFF, Name, compare, parse
from liancheng.naming.accuracy import Judged, judge, rates, read_pairs


def check(query: str, name: str, as_json: bool) -> int:
    found = compare(query, name)
    read = {"query": _parts(parse(query)), "name": _parts(parse(name))}
    if as_json:
        print_json(
            {"score": found.score, "candidate": found.score >= CUTOFF, "reasons": found.reasons, "read_as": read}
        )
        return Outcome.DONE
    verdict = "a candidate" if found.score >= CUTOFF else "no candidate"
    typer.echo(f"{found.score:.2f}  {verdict} (from {CUTOFF} on)")
    table(("reason", ""), [(reason.code, reason.text) for reason in found.reasons])
    parts = read["query"]
    table(("read as", *parts), [(label, *row.values()) for label, row in read.items()])
    return Outcome.DONE


def score(path: Path, cutoff: float | None, as_json: bool) -> int:
    cutoff = CUTOFF if cutoff is None else cutoff
    judged = judge(read_pairs(decode(path.read_bytes(), str(path)), str(path)), cutoff)
    wrong = [one for one in judged if not one.right]
    groups = [
        (part, kind, some)
        for part, every in _groups(judged, lambda one: one.pair.part)
        for kind, some in (("all", every), *_groups(every, lambda one: one.pair.kind))
    ]
    if as_json:
        for part, kind, some in groups:
            print_json({"part": part, "kind": kind, **_rates(some)})
        return Outcome.DONE
    columns = ("pairs", "the same", "candidates", "precision", "recall")
    lines = [(part, kind, *_cells(some)) for part, kind, some in groups]
    table(("part", "kind", *columns), lines, title=f"from a score of {cutoff:.2f} on")
    table(("wrong", "query", "listed", "score"), [_wrong(one) for one in wrong], title=f"\n{len(wrong)} judged wrong")
    return Outcome.DONE


def _parts(name: Name) -> dict[str, str]:
    return {
        "division": "".join(region.word for region in name.regions),
        "core": name.core,
        "number": "、".join(name.numbers),
        "trade": "".join(name.industry),
        "group": "集团" if name.group else "",
        "form": name.form,
        "branch": name.branch,
        "former": name.formerly,
    }


def _groups(judged: list[Judged], by: Callable[[Judged], str]) -> Iterable[tuple[str, list[Judged]]]:
    return [(group, [one for one in judged if by(one) == group]) for group in dict.fromkeys(map(by, judged))]


def _rates(some: list[Judged]) -> dict[str, int | float | None]:
    found = rates(some)
    shares = {"precision": found.precision, "recall": found.recall}
    rounded = {name: None if share is None else round(share, 4) for name, share in shares.items()}
    return {"pairs": found.pairs, "same": found.same, "candidates": found.found, **rounded}


def _cells(some: list[Judged]) -> list[str]:
    return ["" if value is None else str(value) for value in _rates(some).values()]


def _wrong(one: Judged) -> tuple[str, str, str, str]:
    missed = "missed" if one.pair.same else "not the same"
    return missed, one.pair.query, one.pair.listed, f"{compare(one.pair.query, one.pair.listed).score:.2f}"
