"""The demonstration's events: made from a seed, about companies that plainly do not exist."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
from stdnum.cn import uscc as uscc_codes

from liancheng.records.events import Decision, Event, Recognition, Revocation

COMPANIES_PER_PROVINCE = 20
DECISIONS_PER_PROVINCE = 70
TRADES = ("化工", "印染", "电镀", "造纸", "建材", "制药", "塑料", "环保科技")
AUTHORITIES = {
    "310000": ("虚构市甲区生态环境局", "沪虚"),
    "320000": ("虚构市乙区生态环境局", "苏虚"),
    "330000": ("虚构市丙区生态环境局", "浙虚"),
    "340000": ("虚构市丁区生态环境局", "皖虚"),
}


@dataclass(frozen=True)
class Case:
    """A kind of violation: what the decision cites, and the entry act the agency states (or none)."""

    facts: str
    basis: str
    kinds: str
    fine_wan: str
    stated_acts: list[int] | None = None


CASES = (
    Case("物料露天堆放，未采取有效覆盖措施", "《中华人民共和国大气污染防治法》第一百一十七条第一项", "罚款", "2.6"),
    Case("未按照排污许可证规定开展自行监测", "《排污许可管理条例》第三十六条第五项", "罚款", "4"),
    Case("通过私设暗管排放水污染物", "《中华人民共和国水污染防治法》第八十三条第三项", "罚款;责令停产停业", "64", [6]),
    Case("生产废水总磷超标排放", "《中华人民共和国水污染防治法》第八十三条第二项", "罚款", "12.8"),
    Case("环境影响评价文件未经批准擅自开工建设", "《中华人民共和国环境影响评价法》第三十一条第二款", "罚款", "9.5"),
    Case("危险废物标识设置不规范", "《中华人民共和国固体废物污染环境防治法》第一百一十二条第一款第一项", "警告", ""),
)


@dataclass(frozen=True)
class Company:
    name: str
    uscc: str


def company(province: str, number: int) -> Company:
    """A company that does not exist, with a code whose check character holds."""
    body = f"91{province[:2]}0100MA{province[:2]}X{number:04d}"
    trade = TRADES[number % len(TRADES)]
    return Company(f"虚构{province[:2]}号{number:02d}{trade}有限公司", body + uscc_codes.calc_check_digit(body))


def companies() -> list[Company]:
    return [company(province, number) for province in AUTHORITIES for number in range(COMPANIES_PER_PROVINCE)]


def story(province: str, today: date, seed: int) -> list[Event]:
    """One province's events in the order it sends them: decisions, and what becomes of them."""
    rng = random.Random(f"{province}/{seed}")
    decisions = [_decision(province, number, today, rng) for number in range(DECISIONS_PER_PROVINCE)]
    return [event for number, decision in enumerate(decisions) for event in _life(decision, number, today, rng)]


def _decision(province: str, number: int, today: date, rng: random.Random) -> Decision:
    authority, mark = AUTHORITIES[province]
    subject, case = company(province, rng.randrange(COMPANIES_PER_PROVINCE)), rng.choice(CASES)
    day = today - timedelta(days=rng.randrange(2, 300))
    return Decision(
        authority=authority,
        document_no=f"{mark}环罚〔{day.year}〕{number + 1}号",
        name=subject.name,
        uscc=subject.uscc,
        subject_category="法人及非法人组织",
        facts=case.facts,
        legal_basis=case.basis,
        kinds=case.kinds,
        fine_wan=case.fine_wan or None,
        decision_date=day.isoformat(),
        stated_acts=case.stated_acts,
        reference=f"row {number + 1}",
    )


def _life(decision: Decision, number: int, today: date, rng: random.Random) -> Iterator[Event]:
    if number % 17 == 11:
        yield _spoilt(decision, number, today)
        return
    yield decision
    if number % 13 == 5:
        yield decision  # sent twice: the same event
    if number % 9 == 4:
        corrected = msgspec.structs.replace(decision, revision=2, fine_wan="3.2", kinds="罚款")
        yield corrected
        if number % 18 == 4:
            yield msgspec.structs.replace(decision, facts="迟到的旧版本")  # the older revision comes late
    if decision.stated_acts or rng.random() < 0.1:
        yield from _recognition(decision, number, today)
    elif number % 8 == 3:
        yield Revocation(
            authority=decision.authority,
            document_no=decision.document_no,
            revoked_date=today.isoformat(),
            reason="行政复议决定撤销",
        )


def _recognition(decision: Decision, number: int, today: date) -> Iterator[Event]:
    stages = ("notice", "decided", "removed") if number % 3 == 0 else ("notice", "decided")
    for stage in stages:
        yield Recognition(
            authority=decision.authority,
            document_no=decision.document_no,
            stage=stage,  # type: ignore[arg-type]
            recognition_no=f"虚认〔{today.year}〕{number + 1}号",
            date=today.isoformat(),
        )


def _spoilt(decision: Decision, number: int, today: date) -> Decision:
    """A row as real files hold them: masked code, broken number, a decision from the future, a fine without amount."""
    spoils = (
        {"uscc": "91340422MA***0D75(1-1)"},
        {"document_no": "皖虚环罚〔202434"},
        {"decision_date": (today + timedelta(days=400)).isoformat()},
        {"kinds": "罚款", "fine_wan": None},
    )
    return msgspec.structs.replace(decision, **spoils[number % len(spoils)])
