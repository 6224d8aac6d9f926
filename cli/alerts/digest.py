"""`alerts digest`: all alerts of a day in one file."""

import csv
import io
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import typer

from cli import words
from cli.alerts.lines import chief
from cli.terminal import Outcome, say
from consumers.delivery import days
from consumers.delivery.history import Pages
from liancheng import codec
from liancheng.explaining.phrases import named
from liancheng.records.alerts import Alert
from liancheng.settings import Settings
from transport.admin import require_bank

COLUMNS = (
    "告警编号", "告警时间", "变动", "名称", "统一社会信用代码", "客户编号", "角色", "原级别", "现级别",
    "处罚机关", "文书号", "决定日期", "罚款(元)", "没收(元)", "失信程度", "认定情形", "公示截止日", "可申请修复日",
    "认定标准", "告警标识", "前一告警标识",
)  # fmt: skip
_KINDS = named("change", "zh") | {"current": "订阅时的现状"}
_ROLES = {"borrower": "借款人", "guarantor": "担保人", "affiliate": "关联方"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what Excel would calculate

_decode = codec.decoder(Alert)


def run(bank: str, day: date, output: Path | None, *, as_jsonl: bool) -> int:
    settings = Settings()
    require_bank(settings, bank)
    pages = Pages(settings, group=f"{bank}.digest")
    try:
        lines = [alert.json for alert in days.alerts_of(pages, bank, day).alerts]
    finally:
        pages.close()
    data = b"".join(line + b"\n" for line in lines) if as_jsonl else table(map(_decode.decode, lines)).encode()
    if output:
        output.write_bytes(data if as_jsonl else b"\xef\xbb\xbf" + data)  # without the BOM Excel takes it for GBK
        typer.echo(f"{len(lines):,} alerts of {day} written to {output}")
    else:
        sys.stdout.buffer.write(data)
        say(f"{len(lines):,} alerts of {day}")
    return Outcome.DONE


def table(alerts: Iterator[Alert]) -> str:
    """One row an alert, the chief document behind it in its own columns."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(map(_row, alerts))
    return out.getvalue()


def _row(alert: Alert) -> list[object]:
    references = alert.references
    return [
        _cell(value)
        for value in (
            alert.number,
            words.clock(alert.made_at) if alert.made_at else None,
            _KINDS.get(alert.kind, alert.kind),
            alert.name,
            alert.uscc,
            "、".join(reference.customer_ref for reference in references),
            "、".join(_ROLES[reference.role] for reference in references),
            words.LEVELS[alert.level_before],
            words.LEVELS[alert.level_after],
            *_of_reason(alert),
            alert.standard,
            alert.id,
            alert.supersedes,
        )
    ]


def _of_reason(alert: Alert) -> tuple[object, ...]:
    reason = chief(alert)
    if reason is None:
        return (None,) * 9
    return (
        reason.authority,
        reason.document_no,
        reason.decision_day,
        _yuan(reason.fine_fen),
        _yuan(reason.confiscated_fen),
        words.SEVERITIES[reason.severity] if reason.severity else None,
        "、".join(str(act.act) for act in reason.acts),
        reason.last_published_day,
        reason.earliest_repair_day,
    )


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else f"{fen // 100}.{fen % 100:02}"


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
