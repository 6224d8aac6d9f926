"""A long made-up story: what the agencies of two provinces send about fictional companies, and who watches them."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import msgspec
from stdnum.cn import uscc as stdnum_uscc

from liancheng import codec
from liancheng.intake import documents
from liancheng.records.alerts import CustomerReference, Watch
from liancheng.records.events import Decision, Event, Recognition, Revocation

PROVINCES = ("310000", "320000")
BANKS = ("bank-a", "bank-b")
_MARKS = {"310000": "沪", "320000": "苏"}
_KINDS = ("罚款", "警告", "罚款;没收违法所得", "责令停产停业", "罚款;吊销许可证件", "通报批评")


class Line(NamedTuple):
    """One event, ready to be sent."""

    province: str
    key: bytes
    value: bytes


@dataclass
class Paper:
    """A document, as far as it has been told."""

    province: str
    decision: Decision
    sent: list[Event]


def uscc(company: int) -> str:
    """The code of a company that does not exist; its check character holds."""
    body = f"91310000MA1{company:06d}"
    return body + stdnum_uscc.calc_check_digit(body)


class Story:
    """Events without end, always the same for a seed: what is told next is drawn from `tellings`, by their weights."""

    def __init__(self, seed: int, companies: int, today: date, tellings: "Sequence[tuple[Telling, int]]" = ()) -> None:
        self.rng = random.Random(seed)
        self.today = today
        self.papers: list[Paper] = []
        self._companies = companies
        self._tellings, self._weights = zip(*(tellings or USUAL), strict=True)

    def __iter__(self) -> Iterator[Line]:
        while True:
            yield self._next()

    def _next(self) -> Line:
        (tell,) = self.rng.choices(self._tellings, self._weights)
        return (tell if self.papers else Story.decision)(self)

    def say(self, paper: Paper, event: Event) -> Line:
        paper.sent.append(event)
        return line(paper.province, event)

    def day(self) -> str:
        return (self.today - timedelta(self.rng.randint(2, 700))).isoformat()

    def decision(self) -> Line:
        number, province = len(self.papers) + 1, self.rng.choice(PROVINCES)
        mark, company = _MARKS[province], self.rng.randrange(self._companies)
        decision = Decision(
            authority=f"虚构{mark}示例{number % 7 + 1}区生态环境局",
            document_no=f"{mark}虚环罚〔2025〕{number}号",
            name=f"虚构示例{company}号化工有限公司",
            uscc=uscc(company),
            subject_category="法人及非法人组织",
            facts="虚构的事实。",
            kinds=self.rng.choice(_KINDS),
            fine_wan=f"{self.rng.randint(1, 900) / 10}",
            decision_date=self.day(),
        )
        self.papers.append(Paper(province, decision, []))
        return self.say(self.papers[-1], decision)

    def revision(self) -> Line:
        """Another amount; one in four also names another company."""
        paper = self.rng.choice(self.papers)
        changed = {"revision": paper.decision.revision + 1, "fine_wan": f"{self.rng.randint(1, 900) / 10}"}
        if self.rng.random() < 0.25:
            company = self.rng.randrange(self._companies)
            changed |= {"uscc": uscc(company), "name": f"虚构示例{company}号化工有限公司"}
        paper.decision = msgspec.structs.replace(paper.decision, **changed)
        return self.say(paper, paper.decision)

    def again(self) -> Line:
        """Something that was sent before: a duplicate, or stale by now."""
        paper = self.rng.choice(self.papers)
        return line(paper.province, self.rng.choice(paper.sent))

    def revocation(self) -> Line:
        paper = self.rng.choice(self.papers)
        return self.say(paper, Revocation(**named(paper), revoked_date=self.today.isoformat(), reason="虚构的理由"))

    def recognition(self) -> Line:
        paper = self.rng.choice(self.papers)
        stage = self.rng.choice(("notice", "decided", "decided", "removed"))
        event = Recognition(**named(paper), stage=stage, recognition_no="虚认〔2026〕1号", date=self.day())
        return self.say(paper, event)

    def refused(self) -> Line:
        """A decision without its date, one with a broken code, or bytes that are no event at all."""
        paper = self.rng.choice(self.papers)
        what = self.rng.randrange(3)
        if what == 2:
            return Line(paper.province, b"unreadable/made-up", self.rng.randbytes(40))
        broken = {"decision_date": None} if what == 0 else {"uscc": "91310000MA1000000X"}
        return line(paper.province, msgspec.structs.replace(paper.decision, revision=99, **broken))


Telling = Callable[[Story], Line]
USUAL: tuple[tuple[Telling, int], ...] = (
    (Story.decision, 60),
    (Story.revision, 12),
    (Story.again, 10),
    (Story.revocation, 5),
    (Story.recognition, 8),
    (Story.refused, 5),
)


def named(paper: Paper) -> dict[str, str | None]:
    return {"authority": paper.decision.authority, "document_no": paper.decision.document_no}


def line(province: str, event: Event) -> Line:
    return Line(province, documents.event_key(province, event).encode(), codec.encode(event))


def watch(company: int, bank: str, reference: str = "K") -> tuple[bytes, bytes]:
    """Key and value of a bank's watch of a company."""
    code = uscc(company)
    value = Watch(uscc=code, bank=bank, references=(CustomerReference(customer_ref=f"{reference}-{company}"),))
    return f"{code}/{bank}".encode(), codec.encode(value)
