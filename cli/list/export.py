"""`list export` and `list digest`: the whole list."""

import csv
import io
import sys
from collections.abc import Iterable
from pathlib import Path

import typer

from cli import words
from cli.list.entry import complete
from cli.terminal import Outcome, print_json, say
from consumers.reading.sanction_list import read_list
from liancheng import codec
from liancheng.records.entries import Entry, Level
from liancheng.settings import Settings

COLUMNS = {
    "uscc": "统一社会信用代码",
    "name": "名称",
    "level": "级别",
    "level_since": "级别起始日",
    "changed": "最近变动日",
    "sequence": "变动序号",
    "documents": "公示中处罚数",
    "acts": "认定情形",
    "last_published_day": "最迟公示截止日",
    "standard": "认定标准",
}


def run(levels: tuple[Level, ...], as_jsonl: bool, chinese: bool, output: Path | None) -> int:
    found = read_list(Settings())
    entries = found.sorted(levels)
    data = jsonl(entries) if as_jsonl else table_csv(entries, chinese).encode()
    if output:
        output.write_bytes(data if as_jsonl else b"\xef\xbb\xbf" + data)  # without the BOM Excel takes it for GBK
        typer.echo(f"{len(entries):,} entries written to {output}")
    else:
        sys.stdout.buffer.write(data)
    say(complete(found.complete_to))
    return Outcome.DONE


def digest(as_json: bool) -> int:
    found = read_list(Settings())
    if as_json:
        print_json(
            {
                "digest": found.digest(),
                "entries": len(found.entries),
                "levels": found.counts(),
                "complete_to": found.complete_to,
            }
        )
        return Outcome.DONE
    typer.echo(f"{found.digest()}  {len(found.entries):,} entries")
    for level, count in found.counts().items():
        typer.echo(f"{count:>9,}  {words.level(level)}")
    typer.echo(complete(found.complete_to))
    return Outcome.DONE


def jsonl(entries: Iterable[Entry]) -> bytes:
    """The entries as they are on the topic, a line each."""
    return b"".join(codec.encode(entry) + b"\n" for entry in entries)


def table_csv(entries: Iterable[Entry], chinese: bool) -> str:
    """One row an entry; acts are those that count in active documents."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS.values() if chinese else COLUMNS.keys())
    writer.writerows(_row(entry, chinese) for entry in entries)
    return out.getvalue()


def _row(entry: Entry, chinese: bool) -> tuple[object, ...]:
    active = [case for case in entry.cases if case.standing == "active"]
    acts = {act.act for case in active for act in case.verdict.acts if act.counts}
    days = [case.verdict.last_published_day for case in active if case.verdict.last_published_day]
    return (
        entry.uscc,
        entry.name,
        words.LEVELS[entry.level] if chinese else entry.level,
        entry.level_since,
        entry.day,
        entry.sequence,
        len(active),
        " ".join(str(act) for act in sorted(acts)),
        max(days, default=None),
        entry.standard,
    )
