"""All alerts of a day in one file: CSV for Excel, or JSON lines."""

import csv
import io
from collections.abc import Iterable

from cli.alerts.lines import chief
from cli.shared import words
from liancheng import codec
from liancheng.explaining.phrases import named
from liancheng.records.alerts import Alert

COLUMNS = (
    "告警编号", "告警时间", "变动", "名称", "统一社会信用代码", "客户编号", "角色", "原级别", "现级别",
    "处罚机关", "文书号", "决定日期", "罚款(元)", "没收(元)", "失信程度", "认定情形", "公示截止日", "可申请修复日",
    "认定标准", "告警标识", "前一告警标识",
)  # fmt: skip
_KINDS = named("change", "zh") | {"current": "订阅时的现状"}
_ROLES = {"borrower": "借款人", "guarantor": "担保人", "affiliate": "关联方"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # Excel would calculate a cell that starts with one of these

_decode = codec.decoder(Alert).decode


def jsonl_of(alerts: Iterable[bytes]) -> bytes:
    return b"".join(alert + b"\n" for alert in alerts)


def csv_of(alerts: Iterable[bytes]) -> bytes:
    """A row for each alert; its chief document is in columns of its own."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_row(_decode(alert)) for alert in alerts)
    return out.getvalue().encode()


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
