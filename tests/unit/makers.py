"""Builders of fictional events, and a short way to fold them."""

from datetime import UTC, datetime, timedelta

from stdnum.cn import uscc as stdnum_uscc

from liancheng import codec
from liancheng.intake.documents import EventPosition, Folded, event_key, fold
from liancheng.records.events import (
    Decision,
    Event,
    MonthClosed,
    Objection,
    Performance,
    Recognition,
    Repair,
    Revocation,
)
from liancheng.records.facts import Document

PROVINCE = "310000"
AUTHORITY = "虚构市甲区生态环境局"
DOCUMENT_NO = "沪虚环罚〔2024〕12号"
KEY = f"{PROVINCE}/{AUTHORITY}/{DOCUMENT_NO}"
NOW = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)


def uscc(number: int = 1, start: str = "91") -> str:
    """The code of a company that does not exist; its check character holds."""
    body = f"{start}310000MA1A{number:05d}"
    return body + stdnum_uscc.calc_check_digit(body)


def decision(**changed: object) -> Decision:
    """A decision that is accepted without any finding; None leaves a field out."""
    fields: dict[str, object] = {
        "authority": AUTHORITY,
        "document_no": DOCUMENT_NO,
        "name": "虚构示例化工有限公司",
        "uscc": uscc(),
        "subject_category": "法人及非法人组织",
        "kinds": "罚款",
        "fine_wan": "13.8",
        "decision_date": "2024-03-05",
        "act_date": "2024-02-01",
    }
    return Decision(**(fields | changed))  # type: ignore[arg-type]


def revocation(**changed: object) -> Revocation:
    fields = {"authority": AUTHORITY, "document_no": DOCUMENT_NO, "revoked_date": "2025-01-02"}
    return Revocation(**(fields | changed))  # type: ignore[arg-type]


def recognition(stage: str = "decided", **changed: object) -> Recognition:
    fields = {"authority": AUTHORITY, "document_no": DOCUMENT_NO, "date": "2025-02-03"}
    number = {"recognition_no": "沪虚环认〔2025〕1号"}
    return Recognition(stage=stage, **(fields | number | changed))  # type: ignore[arg-type]


def performance(duty: str = "correction", **changed: object) -> Performance:
    fields = {"authority": AUTHORITY, "document_no": DOCUMENT_NO, "date": "2024-04-01"}
    return Performance(duty=duty, **(fields | changed))  # type: ignore[arg-type]


def repair(date: str, **changed: object) -> Repair:
    fields = {"authority": AUTHORITY, "document_no": DOCUMENT_NO, "performed": True, "commitment": True}
    return Repair(date=date, **(fields | changed))  # type: ignore[arg-type]


def objection(stage: str = "raised", **changed: object) -> Objection:
    fields = {"authority": AUTHORITY, "document_no": DOCUMENT_NO, "date": "2024-04-01"}
    outcome = {"outcome": "unfounded"} if stage == "resolved" else {}
    return Objection(stage=stage, **(fields | outcome | changed))  # type: ignore[arg-type]


def month_closed(month: str = "2026-07", decisions: int | None = 0, **changed: object) -> MonthClosed:
    return MonthClosed(**({"authority": AUTHORITY, "month": month, "decisions": decisions} | changed))  # type: ignore[arg-type]


def place(key: str = KEY, offset: int = 0) -> EventPosition:
    return EventPosition(PROVINCE, key, 1, offset, NOW - timedelta(seconds=2))


def send(event: Event, document: Document | None = None, offset: int = 0, at: datetime = NOW) -> Folded:
    """Fold one event as the SDK would have sent it."""
    return fold(document, codec.encode(event), place(event_key(PROVINCE, event), offset), at)


def send_raw(raw: bytes | None, document: Document | None = None) -> Folded:
    return fold(document, raw, place(), NOW)


def send_all(*events: Event) -> Document | None:
    """The document after all of them."""
    document = None
    for offset, event in enumerate(events):
        document = send(event, document, offset).receipt.document
    return document


def codes(folded: Folded) -> list[str]:
    return [finding.code for finding in folded.receipt.submission.findings]


def outcome(folded: Folded) -> str:
    return folded.receipt.submission.outcome
