"""A long made-up story: what the agencies of two provinces send about fictional companies, and who watches them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import msgspec
from stdnum.cn import uscc as stdnum_uscc

from liancheng import codec, documents
from liancheng.alerts import CustomerReference, Watch
from liancheng.events import Decision, Event, Recognition, Revocation

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
class _Paper:
    """A document, as far as it has been told."""

    province: str
    decision: Decision
    sent: list[Event]


def uscc(company: int) -> str:
    """The code of a company that does not exist; its check character holds."""
    body = f"91310000MA1{company:06d}"
    return body + stdnum_uscc.calc_check_digit(body)


class Story:
    """Events without end, always the same for a seed: decisions, revisions, repetitions, revocations, recognitions,
    and what must be refused."""

    def __init__(self, seed: int, companies: int, today: date) -> None:
        self._rng = random.Random(seed)
        self._companies = companies
        self._today = today
        self._papers: list[_Paper] = []

    def __iter__(self) -> Iterator[Line]:
        while True:
            yield self._next()

    def _next(self) -> Line:
        tell = self._rng.choices(
            (self._decision, self._revision, self._again, self._revocation, self._recognition, self._refused),
            (60, 12, 10, 5, 8, 5),
        )[0]
        if not self._papers:
            tell = self._decision
        return tell()

    def _say(self, paper: _Paper, event: Event) -> Line:
        paper.sent.append(event)
        return line(paper.province, event)

    def _day(self) -> str:
        return (self._today - timedelta(self._rng.randint(2, 700))).isoformat()

    def _decision(self) -> Line:
        number, province = len(self._papers) + 1, self._rng.choice(PROVINCES)
        mark, company = _MARKS[province], self._rng.randrange(self._companies)
        decision = Decision(
            authority=f"虚构{mark}示例{number % 7 + 1}区生态环境局",
            document_no=f"{mark}虚环罚〔2025〕{number}号",
            name=f"虚构示例{company}号化工有限公司",
            uscc=uscc(company),
            subject_category="法人及非法人组织",
            facts="虚构的事实。",
            kinds=self._rng.choice(_KINDS),
            fine_wan=f"{self._rng.randint(1, 900) / 10}",
            decision_date=self._day(),
        )
        self._papers.append(_Paper(province, decision, []))
        return self._say(self._papers[-1], decision)

    def _revision(self) -> Line:
        """Another amount; one in four also names another company."""
        paper = self._rng.choice(self._papers)
        changed = {"revision": paper.decision.revision + 1, "fine_wan": f"{self._rng.randint(1, 900) / 10}"}
        if self._rng.random() < 0.25:
            company = self._rng.randrange(self._companies)
            changed |= {"uscc": uscc(company), "name": f"虚构示例{company}号化工有限公司"}
        paper.decision = msgspec.structs.replace(paper.decision, **changed)
        return self._say(paper, paper.decision)

    def _again(self) -> Line:
        """Something that was sent before: a duplicate, or stale by now."""
        paper = self._rng.choice(self._papers)
        return line(paper.province, self._rng.choice(paper.sent))

    def _revocation(self) -> Line:
        paper = self._rng.choice(self._papers)
        return self._say(paper, Revocation(**_named(paper), revoked_date=self._today.isoformat(), reason="虚构的理由"))

    def _recognition(self) -> Line:
        paper = self._rng.choice(self._papers)
        stage = self._rng.choice(("notice", "decided", "decided", "removed"))
        event = Recognition(**_named(paper), stage=stage, recognition_no="虚认〔2026〕1号", date=self._day())
        return self._say(paper, event)

    def _refused(self) -> Line:
        """A decision without its date, one with a broken code, or bytes that are no event at all."""
        paper = self._rng.choice(self._papers)
        what = self._rng.randrange(3)
        if what == 2:
            return Line(paper.province, b"unreadable/made-up", self._rng.randbytes(40))
        broken = {"decision_date": None} if what == 0 else {"uscc": "91310000MA1000000X"}
        return line(paper.province, msgspec.structs.replace(paper.decision, revision=99, **broken))


def _named(paper: _Paper) -> dict[str, str | None]:
    return {"authority": paper.decision.authority, "document_no": paper.decision.document_no}


def line(province: str, event: Event) -> Line:
    return Line(province, documents.event_key(province, event).encode(), codec.encode(event))


def watch(company: int, bank: str, reference: str = "K") -> tuple[bytes, bytes]:
    """Key and value of a bank's watch of a company."""
    code = uscc(company)
    value = Watch(uscc=code, bank=bank, references=(CustomerReference(customer_ref=f"{reference}-{company}"),))
    return f"{code}/{bank}".encode(), codec.encode(value)
