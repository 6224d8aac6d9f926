"""Ten thousand made-up lives, from what agencies send to the entry: whatever the order of arrival, it is the same."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from liancheng import codec
from liancheng.intake.documents import EventPosition, event_key, fold
from liancheng.joint_list import fold as sanction_list
from liancheng.joint_list.standard_judge import current_judge
from liancheng.records.entries import Entry
from liancheng.records.events import Event
from liancheng.records.facts import Document, Fact, MonthReport
from tests.unit.makers import NOW, decision, objection, performance, recognition, repair, revocation, uscc

LIVES = 10_000
LIVES_IN_SHORT = 1500
TODAY = date(2026, 9, 1)
JUDGE = current_judge()
COMPANIES = (uscc(1), uscc(2))
CITED = ("《水污染防治法》第八十三条第三项", "《固体废物污染环境防治法》第一百一十二条第一款第四项", None)

Sent = tuple[str, Event]  # province, event


def day(rng: random.Random) -> str:
    return str(date(2024, 1, 1) + timedelta(rng.randrange(600)))


def document(rng: random.Random, number: int) -> list[Sent]:
    """The events of one document. A repair comes after every possible shortest period, so that none is refused."""
    province = rng.choice(("310000", "320000", "330000", "340000"))
    no = {"document_no": f"虚环罚〔2024〕{number}号"}
    events: list[Event] = []
    for revision in range(1, rng.randint(2, 4)):
        events.append(
            decision(
                **no, revision=revision, uscc=rng.choice(COMPANIES), decision_date=day(rng), act_date=None,
                kinds=rng.choice(("罚款", "警告", "罚款;责令停产停业")), fine_wan=rng.choice(("1.5", "20")),
                legal_basis=rng.choice(CITED), intentional=rng.random() < 0.5,
                stated_acts=rng.choice((None, [6], [7])), name=rng.choice(("虚构甲有限公司", "虚构乙有限公司")),
            )
        )  # fmt: skip
    events += [performance(duty, **no, date=day(rng)) for duty in ("payment", "correction") if rng.random() < 0.4]
    events += [objection(stage, **no, date=day(rng)) for stage in ("raised", "resolved") if rng.random() < 0.4]
    steps = ("notice", "decided", "removed")
    events += [recognition(step, **no, date=day(rng), revision=1) for step in steps if rng.random() < 0.3]
    if rng.random() < 0.3 and province != "330000":  # Zhejiang refuses it while the subject is known to be listed
        events.append(repair("2026-08-30", **no))
    if rng.random() < 0.2:
        events.append(revocation(**no, revoked_date=day(rng)))
    return [(province, event) for event in events]


def life(seed: int) -> tuple[list[Sent], random.Random]:
    rng = random.Random(seed)
    return [sent for number in range(rng.randint(1, 3)) for sent in document(rng, number)], rng


def entries(sent: list[Sent], accepted_at: datetime = NOW) -> dict[str, Entry]:
    """What the list holds of each company after all events, and a day later."""
    documents: dict[str, Document | MonthReport | None] = {}
    made: dict[str, Entry] = {}
    for offset, (province, event) in enumerate(sent):
        key = event_key(province, event)
        folded = fold(
            documents.get(key), codec.encode(event), EventPosition(province, key, 0, offset, NOW), accepted_at
        )
        assert folded.receipt.submission.outcome != "refused", folded.receipt.submission.findings
        documents[key] = folded.receipt.document
        for company, penalty in folded.penalties:
            entry = sanction_list.fold(made.get(company), company, penalty, TODAY, JUDGE)
            made |= {company: entry} if entry else {}
    later = TODAY + timedelta(1)
    return {company: (entry, *sanction_list.pass_days(entry, later, JUDGE))[-1] for company, entry in made.items()}


def meaning(entry: Entry) -> object:
    """All that an entry says but for how it came about: its changes, and the versions that count what arrived."""
    cases = [
        (
            case.id,
            list(digests(case.document)),
            case.verdict,
            case.standing,
            case.level,
            case.objection,
            case.repair_lacks,
        )
        for case in entry.cases
        if case.standing != "moved"
    ]
    return entry.level, entry.next_due_day, entry.former_names, entry.repeats, entry.standard, cases


def digests(held: Document) -> Iterator[tuple[str, str]]:
    for field in held.__struct_fields__:
        if isinstance(fact := getattr(held, field), Fact):
            yield field, fact.digest


def said(sent: list[Sent]) -> dict[str, object]:
    """Of each company that holds a document still: one that all left depends on whether it was ever told."""
    return {
        company: meaning(entry)
        for company, entry in entries(sent).items()
        if any(case.standing != "moved" for case in entry.cases)
    }


@pytest.mark.parametrize(
    "seeds", [range(LIVES_IN_SHORT), pytest.param(range(LIVES_IN_SHORT, LIVES), marks=pytest.mark.long)], ids=str
)
def test_any_order_of_arrival_gives_the_same_entries(seeds: range):
    levels, standings = set(), set()
    for seed in seeds:
        sent, rng = life(seed)
        expected = said(sent)
        rng.shuffle(sent)
        assert said(sent) == expected, f"seed {seed}"
        if seed < seeds.start + 500:
            found = entries(sent).values()
            levels |= {entry.level for entry in found}
            standings |= {case.standing for entry in found for case in entry.cases}
    assert levels == {"clear", "penalised", "candidate", "listed"}  # the lives reach everything
    assert standings >= {"active", "repaired", "revoked", "moved"}
