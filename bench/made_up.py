"""Made-up companies and decisions: plainly fictional, as long and as varied as printed ones."""

import random
from collections.abc import Iterator
from typing import NamedTuple

from stdnum.cn import uscc

from liancheng.events import Decision

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


class Case(NamedTuple):
    """A kind of violation: what is printed about it, and the years (of the decision) in which its basis was in force."""

    violation_type: str
    facts: str
    violated: str
    basis: str
    kinds: str
    fine_wan: tuple[float, float]
    years: tuple[int, int]


# Two of the ten, drawn as often as the others, meet an entry act (3 and 7): a fifth of the decisions.
CASES = (
    Case(
        "建设项目", "需要配套建设的{thing}处理设施未建成,{day}主体工程即投入生产,检查时{line}正在运行",
        "《建设项目环境保护管理条例》第十五条", "《建设项目环境保护管理条例》第二十三条第一款", "罚款", (20, 100), (2024, 2026),
    ),
    Case(
        "固体废物", "{day}将生产中产生的{thing}{tons}吨交由没有危险废物经营许可证的单位收集处置,转移联单与台账均无记录",
        "《中华人民共和国固体废物污染环境防治法》第八十条第三款",
        "《中华人民共和国固体废物污染环境防治法》第一百一十二条第一款第(四)项、第二款", "罚款;没收违法所得", (10, 90), (2024, 2025),
    ),
    Case(
        "大气污染", "{day}露天堆放{thing}约{tons}吨,未密闭,未设置不低于堆放物高度的严密围挡,也未采取有效覆盖措施防治扬尘",
        "《中华人民共和国大气污染防治法》第七十二条第一款", "《中华人民共和国大气污染防治法》第一百一十七条第(二)项", "罚款", (1, 9),
        (2024, 2025),
    ),
    Case(
        "水污染", "{day}采样监测,厂区总排口排放的废水中{thing}浓度超过排放标准{tons}倍,监测报告已送达,当事人未提出异议",
        "《中华人民共和国水污染防治法》第十条", "《中华人民共和国水污染防治法》第八十三条第(二)项", "罚款;责令改正", (10, 60), (2024, 2025),
    ),
    Case(
        "排污许可", "{day}检查发现,未按照排污许可证规定记录{thing}污染防治设施的运行情况,{line}自行监测原始记录缺失",
        "《排污许可管理条例》第二十一条第一款", "《排污许可管理条例》第三十七条第(一)项", "罚款", (0.5, 2), (2024, 2026),
    ),
    Case(
        "挥发性有机物", "{line}的{thing}工序在生产中产生含挥发性有机物的废气,未在密闭空间或者设备中进行,{day}检查时废气无组织排放",
        "《中华人民共和国大气污染防治法》第四十五条", "《中华人民共和国大气污染防治法》第一百零八条第(一)项", "罚款", (2, 20), (2024, 2025),
    ),
    Case(
        "环境影响评价", "{line}项目{thing}工序的生产工艺发生重大变动,{day}检查时未重新报批环境影响评价文件,已责令改正",
        "《中华人民共和国环境影响评价法》第二十四条第一款", "《中华人民共和国环境影响评价法》第三十一条第一款", "罚款;责令改正", (1, 30),
        (2024, 2025),
    ),
    Case(
        "固体废物", "贮存{thing}的场所未按规定设置危险废物识别标志,台账与实际贮存量相差{tons}吨,{day}当场拍照取证并制作笔录",
        "《中华人民共和国固体废物污染环境防治法》第七十七条", "《中华人民共和国固体废物污染环境防治法》第一百一十二条第一款第(一)项",
        "罚款", (10, 20), (2024, 2025),
    ),
    Case(
        "监测", "{line}废水自动监测设备{day}起未保证正常运行,{thing}数据连续{tons}小时缺失,未按规定报告,也未采取人工监测",
        "《中华人民共和国水污染防治法》第二十三条第一款", "《中华人民共和国水污染防治法》第八十二条第(二)项", "罚款", (2, 10), (2024, 2025),
    ),
    Case(
        "噪声", "{day}夜间在{line}工地未取得证明,使用{thing}等产生环境噪声的机械连续作业{tons}小时,周边居民多次投诉",
        "《中华人民共和国噪声污染防治法》第四十三条第一款", "《中华人民共和国噪声污染防治法》第七十七条第(二)项", "警告;罚款", (1, 5), (2024, 2025),
    ),
)  # fmt: skip
ENTRY_ACT = CASES[0]  # in force to this day
_THINGS = ("污泥", "废酸", "漆渣", "废矿物油", "化学需氧量", "氨氮", "总磷", "黄沙", "喷涂", "切割机", "含铬废水", "有机废气")


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
    """Decision number `number` on a company, by a bureau of its own province; ten years of numbering never collide."""
    case = case or rng.choice(CASES)
    year, mark = rng.randint(*case.years), PROVINCES[of.province]
    month, day = rng.randint(1, 8 if year == 2026 else 12), rng.randint(1, 28)
    bureau = rng.choice(_BUREAUS)
    facts = case.facts.format(
        day=f"{year}年{max(month - 1, 1)}月{rng.randint(1, 28)}日", thing=rng.choice(_THINGS),
        line=f"虚构示例路{rng.randint(1, 999)}号{rng.randint(1, 9)}#生产线", tons=rng.randint(2, 480),
    )  # fmt: skip
    fine = round(rng.uniform(*case.fine_wan), 4)
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
