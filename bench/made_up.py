"""Made-up companies and decisions: plainly fictional, as long and as varied as printed ones."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from stdnum.cn import uscc

from liancheng.records.events import Decision

PROVINCES = {"310000": "沪", "320000": "苏", "330000": "浙", "340000": "皖"}
_CODES = tuple(PROVINCES)
_NUMERALS = "零一二三四五六七八九"
_TRADES = ("化工", "印染", "电镀", "建材", "水泥制品", "纸业", "环保科技", "金属制品", "食品", "再生资源")
_BUREAUS = "甲乙丙丁戊己庚辛壬癸"
_ORGANISATION = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Company(NamedTuple):
    uscc: str
    name: str
    province: str


class Case(msgspec.Struct, frozen=True):
    """A kind of violation: what is printed about it, and the years (of decision) in which its basis was in force."""

    violation_type: str
    facts: str
    violated: str
    basis: str
    kinds: str
    fine_wan_min: float
    fine_wan_max: float
    year_min: int
    year_max: int


def _cases() -> tuple[Case, ...]:
    with Path(__file__).with_name("cases.csv").open(encoding="utf-8", newline="") as file:
        return tuple(msgspec.convert(row, Case, strict=False) for row in csv.DictReader(file))


# Two of the ten, drawn as often as the others, meet an entry act (3 and 7): a fifth of the decisions.
CASES = _cases()
ENTRY_ACT = CASES[0]  # in force to this day
_THINGS = (
    "污泥",
    "废酸",
    "漆渣",
    "废矿物油",
    "化学需氧量",
    "氨氮",
    "总磷",
    "黄沙",
    "喷涂",
    "切割机",
    "含铬废水",
    "有机废气",
)


def company(number: int) -> Company:
    """Company number `number`, always the same; its USCC's check character holds."""
    province = _CODES[number % len(_CODES)]
    organisation, rest = "", number
    for _ in range(8):
        rest, digit = divmod(rest, len(_ORGANISATION))
        organisation = _ORGANISATION[digit] + organisation
    body = f"91{province[:2]}0100M{organisation}"
    word = "".join(_NUMERALS[int(digit)] for digit in str(number))
    name = f"虚构示例{word}号{_TRADES[number % len(_TRADES)]}有限公司"
    return Company(body + uscc.calc_check_digit(body), name, province)


def decision(of: Company, number: int, rng: random.Random, case: Case | None = None) -> Decision:
    """Decision number `number` on a company, by a bureau of its own province."""
    case = case or rng.choice(CASES)
    year, mark = rng.randint(case.year_min, case.year_max), PROVINCES[of.province]
    month, day = rng.randint(1, 8 if year == 2026 else 12), rng.randint(1, 28)
    bureau = rng.choice(_BUREAUS)
    facts = case.facts.format(
        day=f"{year}年{max(month - 1, 1)}月{rng.randint(1, 28)}日", thing=rng.choice(_THINGS),
        line=f"虚构示例路{rng.randint(1, 999)}号{rng.randint(1, 9)}#生产线", tons=rng.randint(2, 480),
    )  # fmt: skip
    fine = round(rng.uniform(case.fine_wan_min, case.fine_wan_max), 4)
    return Decision(
        authority=f"虚构{mark}示例{bureau}区生态环境局",
        document_no=f"{mark}示{bureau}环罚〔{year}〕{number}号",
        name=of.name,
        uscc=of.uscc,
        subject_category="法人及非法人组织",
        violation_type=case.violation_type,
        facts=f"经查,当事人{facts}。以上事实有现场检查(勘察)笔录、调查询问笔录、现场照片等证据为证。",
        legal_basis=f"依据{case.basis}的规定",
        violated=f"违反了{case.violated}的规定",
        kinds=case.kinds,
        content=f"责令改正违法行为,处罚款人民币{fine}万元。",
        fine_wan=f"{fine:.6f}",
        confiscated_wan="0.500000" if "没收" in case.kinds else None,
        decision_date=f"{year}-{month:02}-{day:02}",
        reference=str(number),
    )


def decisions(count: int, companies: int, seed: int = 1) -> Iterator[tuple[str, Decision]]:
    """(province, decision), spread over the companies at random, as they come."""
    rng = random.Random(seed)
    known = [company(number) for number in range(companies)]
    for number in range(1, count + 1):
        of = rng.choice(known)
        yield of.province, decision(of, number, rng)
