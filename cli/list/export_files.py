"""Entries of the list as a file: CSV for Excel, or JSON lines."""

import csv
import io
from collections.abc import Iterable

from cli.shared import words
from liancheng import codec
from liancheng.records.entries import Entry

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


def jsonl_of(entries: Iterable[Entry]) -> bytes:
    """The entries as they are on the topic, a line each."""
    return b"".join(codec.encode(entry) + b"\n" for entry in entries)


def csv_of(entries: Iterable[Entry], chinese: bool) -> str:
    """A row for each entry; its acts are those that count in active documents."""
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
