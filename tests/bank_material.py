"""Made-up companies, alerts and entries for the tests of what banks use."""

from datetime import UTC, date, datetime

from stdnum.cn import uscc as stdnum_uscc

from liancheng.records.alerts import Alert, CustomerReference, Reason, ReasonAct
from liancheng.records.entries import Case, Cause, Change, Entry, Level, Verdict
from liancheng.records.facts import DecisionFact, Document

MADE_AT = datetime(2026, 8, 20, 2, 31, 2, 500_000, tzinfo=UTC)


def uscc(number: int) -> str:
    """The USCC of the made-up company of that number; its check character holds."""
    body = f"91{number:06d}MA0000000"[:17]
    return body + stdnum_uscc.calc_check_digit(body)


def alert(number: int, bank: str = "bank-a") -> Alert:
    subject = uscc(number % 1000)
    return Alert(
        number=number,
        id=f"{subject}/{number}/{bank}",
        bank=bank,
        kind="listed",
        uscc=subject,
        name="虚构示例化工有限公司",
        references=(CustomerReference(customer_ref="K-17", role="guarantor"),),
        level_before="penalised",
        level_after="listed",
        sequence=number,
        day=date(2026, 8, 20),
        causes=(Cause(document_id="d2", rule="act-1"),),
        reasons=(reason("d1", "虚环罚〔2026〕1号"), reason("d2", "虚环罚〔2026〕2号")),
        standard="2026.1",
        submitted_at=MADE_AT,
    )


def reason(document_id: str, document_no: str) -> Reason:
    return Reason(
        document_id=document_id,
        authority="虚构市生态环境局",
        document_no=document_no,
        decision_day=date(2026, 8, 19),
        kinds=("fine",),
        standing="active",
        severity="serious",
        acts=(ReasonAct(act=1, rule="act-1", source="示例", mark="U"),),
    )


def entry(number: int, level: Level = "penalised", sequence: int = 1, before: Level = "clear") -> Entry:
    day = date(2026, 8, 20)
    decision = DecisionFact(
        revision=1,
        event_id="e1",
        digest="0",
        submitted_at=MADE_AT,
        accepted_at=MADE_AT,
        uscc=uscc(number),
        name="虚构示例化工有限公司",
        decision_day=day,
        kinds=("fine",),
        fine_fen=12_345_00,
    )
    document = Document(
        id="d1",
        province="990000",
        authority="虚构市生态环境局",
        document_no="虚环罚〔2026〕1号",
        version=1,
        decision=decision,
    )
    causes = (Cause(document_id=document.id, rule="ndrc-36.general.fine"),)
    verdict = Verdict(standard="2026.1", severity="general", last_published_day=date(2027, 8, 20))
    return Entry(
        uscc=uscc(number),
        name="虚构示例化工有限公司",
        level=level,
        sequence=sequence,
        day=day,
        level_since=day,
        standard="2026.1",
        cases=(Case(document=document, verdict=verdict, standing="active", level=level),),
        change=Change(kind="penalised", level_before=before, level_after=level, causes=causes),
    )
