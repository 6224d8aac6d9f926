"""`names check` and `names score`: how names of companies are matched. They need no broker."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from cli.shared.options import AsJson, Cutoff
from cli.shared.tables import fields, table
from cli.shared.terminal import print_json
from file_formats.text import decode
from liancheng.naming import CUTOFF, Name, compare, parse
from liancheng.naming.accuracy import Judged, judge, rates, read_pairs

app = typer.Typer(no_args_is_help=True)


@app.command("check")
def check(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The name that is searched for.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name on the list.")],
    as_json: AsJson = False,
) -> None:
    """Show how similar two names are, why, and how each was read."""
    likeness = compare(query, name)
    is_candidate = likeness.score >= CUTOFF
    read = {"query": _parts(parse(query)), "name": _parts(parse(name))}
    if as_json:
        print_json({"score": likeness.score, "candidate": is_candidate, "reasons": likeness.reasons, "read_as": read})
        return
    typer.echo(f"{likeness.score:.2f}  {'a candidate' if is_candidate else 'no candidate'} (from {CUTOFF} on)")
    fields((reason.code, reason.text) for reason in likeness.reasons)
    parts = read["query"]
    table(("read as", *parts), [(label, *row.values()) for label, row in read.items()])


@app.command("score")
def score(
    pairs: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV with query, listed, same (yes / no); part, kind, former.")
    ],
    cutoff: Cutoff = None,
    as_json: AsJson = False,
) -> None:
    """Measure precision and recall on labelled pairs of names.

    And list the pairs that were judged wrong.
    """
    cutoff = CUTOFF if cutoff is None else cutoff
    judged = judge(read_pairs(decode(pairs.read_bytes(), str(pairs)), str(pairs)), cutoff)
    wrong = [pair for pair in judged if not pair.right]
    groups = [
        (part, kind, some)
        for part, every in _groups(judged, lambda judged: judged.pair.part)
        for kind, some in (("all", every), *_groups(every, lambda judged: judged.pair.kind))
    ]
    if as_json:
        for part, kind, some in groups:
            print_json({"part": part, "kind": kind, **_rates(some)})
        return
    columns = ("pairs", "the same", "candidates", "precision", "recall")
    lines = [(part, kind, *_rates(some).values()) for part, kind, some in groups]
    table(("part", "kind", *columns), lines, f"from a score of {cutoff:.2f} on")
    table(("wrong", "query", "listed", "score"), map(_wrong, wrong), f"{len(wrong)} judged wrong")


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
    return [(group, [pair for pair in judged if by(pair) == group]) for group in dict.fromkeys(map(by, judged))]


def _rates(some: list[Judged]) -> dict[str, int | float | None]:
    measured = rates(some)
    shares = {"precision": measured.precision, "recall": measured.recall}
    rounded = {name: None if share is None else round(share, 4) for name, share in shares.items()}
    return {"pairs": measured.pairs, "same": measured.same, "candidates": measured.found, **rounded}


def _wrong(judged: Judged) -> tuple[str, str, str, str]:
    pair = judged.pair
    verdict = "missed" if pair.same else "not the same"
    return verdict, pair.query, pair.listed, f"{compare(pair.query, pair.listed).score:.2f}"
