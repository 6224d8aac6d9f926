"""A small made-up region through the real stages: what stands on every topic, with the headers that go with it."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256, sha512
from typing import NamedTuple

from msgspec.structs import replace
from stdnum.cn import uscc as stdnum_uscc

from consumers.books import book
from consumers.books.watchlist import Difference
from consumers.reading import register
from liancheng import codec
from liancheng.codec import Headers
from liancheng.errors import UndigestibleError
from liancheng.intake.document_ids import event_id, event_key, type_of
from liancheng.records import topics
from liancheng.records.alerts import ApiKey, Bank, CustomerReference, Filters, Watch
from liancheng.records.events import (
    Decision,
    DocumentEvent,
    Event,
    MonthClosed,
    Objection,
    Performance,
    Recognition,
    Repair,
    Revocation,
)
from liancheng.records.facts import NewDay, Penalty, StandardAdopted
from liancheng.records.screening_receipts import Asked, EntryProof, ListPosition, ScreeningReceipt
from liancheng.records.webhooks import Webhook, beginning
from stream_apps import adoptions, calendar
from stream_apps.batch import dead_letter
from stream_apps.stage import Record
from tests.chaos.in_memory import Flow

SHANGHAI, JIANGSU, ZHEJIANG = "310000", "320000", "330000"
_PLACES = {SHANGHAI: "沪", JIANGSU: "苏", ZHEJIANG: "浙"}
_HIDDEN_PIPE = "《中华人民共和国水污染防治法》第八十三条第三项"
_RENAMED = "虚构甲示例新材料有限公司"


class Company(NamedTuple):
    name: str
    uscc: str


def company(name: str, number: int) -> Company:
    body = f"91310000MA1B{number:05d}"
    return Company(f"虚构{name}有限公司", body + stdnum_uscc.calc_check_digit(body))


ONE, TWO, THREE = company("甲示例化工", 1), company("乙示例印染", 2), company("丙示例电镀", 3)


class Written(NamedTuple):
    """A record as it stands on its topic."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers


class Region:
    """Writes what agencies, banks and the office write; the stages do the rest."""

    def __init__(self) -> None:
        self.flow = Flow()

    def at(self, day: str, hour: int = 2) -> None:
        self.flow.now = datetime.combine(date.fromisoformat(day), time(hour, 30, 0, 125_000), tzinfo=UTC)

    def publish(self, province: str, *events: Event) -> None:
        for event in events:
            key = event_key(province, event)
            headers = codec.headers(type_of(event), f"/provinces/{province}".encode(), event_id(key, event))
            self._sent(province, key, codec.encode(event), headers)

    def publish_raw(self, province: str, key: str, raw: bytes) -> None:
        self._sent(province, key, raw, codec.headers("decision", f"/provinces/{province}".encode(), key))

    def _sent(self, province: str, key: str, raw: bytes, headers: Headers) -> None:
        self.flow.write(topics.PENALTY_EVENTS.named(province), key.encode(), raw, headers=headers)

    def day(self, day: str) -> None:
        self.at(day, hour=0)
        raw = codec.encode(NewDay(day=date.fromisoformat(day)))
        self._everywhere(topics.NEW_DAY_KEY, raw, codec.headers("new_day", calendar.SOURCE, day))

    def adopt(self, version: str, from_day: str) -> None:
        raw = codec.encode(StandardAdopted(version=version, from_day=date.fromisoformat(from_day)))
        headers = codec.headers("standard_adopted", adoptions.SOURCE, f"{version}/{from_day}")
        self._everywhere(topics.STANDARD_KEY, raw, headers)

    def _everywhere(self, key: bytes, raw: bytes, headers: Headers) -> None:
        for partition in range(topics.PENALTIES.partitions):
            self.flow.write(topics.PENALTIES.name, key, raw, partition, headers)

    def subscribe(self, bank: Bank) -> None:
        headers = codec.headers("bank", register.SOURCE, f"{bank.id}/{codec.digest(bank)}")
        self.flow.write(topics.BANKS.name, bank.id.encode(), codec.encode(bank), 0, headers)

    def watch(self, bank: str, *companies: Company, role: str = "borrower", filters: Filters | None = None) -> None:
        for number, one in enumerate(companies, start=1):
            mark = CustomerReference(customer_ref=f"客户{number:04d}", role=role)  # type: ignore[arg-type]
            watch = Watch(uscc=one.uscc, bank=bank, references=(mark,), filters=filters)
            self._book(bank, Difference((watch,), (), ()))

    def unwatch(self, bank: str, *companies: Company) -> None:
        self._book(bank, Difference((), (), tuple(one.uscc for one in companies)))

    def _book(self, bank: str, difference: Difference) -> None:
        for record in book.records(bank, difference):
            self.flow.write(record.topic, record.key, record.value, record.partition, record.headers)

    def broken(self, stage: str, topic: str, key: str, raw: bytes) -> None:
        """A record that no fold can digest, as the engine puts it aside."""
        try:
            codec.read(codec.decoder(Penalty), raw, f"{topic}[0]")
        except UndigestibleError as error:
            letter = dead_letter(stage, Record(topic, 0, 7, 0, key.encode(), raw), error)
            self.flow.write(letter.topic, letter.key, letter.value, 0, letter.headers)

    def written(self) -> Iterator[Written]:
        """Everything, in the order in which it was written."""
        for place, headers in self.flow.headers.items():
            record = self.flow.topics[place[0]][place[1]][place[2]]
            yield Written(record.topic, record.key or b"", record.value, headers)


class Paper(NamedTuple):
    """One document's events, without saying again which it is."""

    province: str
    number: str

    def _of(self, event: type[DocumentEvent], **fields: object) -> DocumentEvent:
        mark = _PLACES[self.province]
        place = {"authority": f"虚构{mark}示例区生态环境局", "document_no": f"{mark}虚环罚{self.number}号"}
        return event(**(place | fields))  # type: ignore[arg-type]

    def decision(self, who: Company, day: str, **fields: object) -> Event:
        plain = {"name": who.name, "uscc": who.uscc, "subject_category": "法人及非法人组织"}
        plain |= {"kinds": "罚款", "fine_wan": "2.6", "decision_date": day}
        return self._of(Decision, **(plain | fields))  # type: ignore[return-value]

    def revoked(self, day: str, **fields: object) -> Event:
        return self._of(Revocation, revoked_date=day, **fields)  # type: ignore[return-value]

    def recognition(self, stage: str, day: str, number: str, **fields: object) -> Event:
        mark = f"{_PLACES[self.province]}虚认{number}号"
        return self._of(Recognition, stage=stage, date=day, recognition_no=mark, **fields)  # type: ignore[return-value]

    def performed(self, duty: str, day: str) -> Event:
        return self._of(Performance, duty=duty, date=day)  # type: ignore[return-value]

    def repaired(self, day: str, **fields: object) -> Event:
        return self._of(Repair, date=day, **({"commitment": True} | fields))  # type: ignore[return-value]

    def objection(self, stage: str, day: str, **fields: object) -> Event:
        return self._of(Objection, stage=stage, date=day, **fields)  # type: ignore[return-value]


def month(province: str, closed: str, decisions: int, **fields: int) -> Event:
    return MonthClosed(
        authority=f"虚构{_PLACES[province]}示例区生态环境局", month=closed, decisions=decisions, **fields
    )  # type: ignore[arg-type]


def told() -> list[Written]:
    """The whole story."""
    region = Region()
    _beginning(region)
    _autumn(region)
    _repeats_and_refusals(region)
    _later_years(region)
    _screened(region)
    _posted(region)
    return list(region.written())


def _posted(region: Region) -> None:
    """One bank's webhook: set, failing, given up, set anew, deleted."""
    region.at("2027-05-13")
    now = region.flow.now
    hook = Webhook(
        bank="bank-b", id="loans", url="https://alerts.bank.example/liancheng", from_number=1, made_at=now,
        salt="5d1c0a3f", made_with="19c4656c8aa8ed99", epoch=1810166400000,
    )  # fmt: skip
    first = beginning(hook)
    failing = replace(
        first, delivered=3, health="failing", failures=2, failing_since=now, next_try_at=now + timedelta(seconds=8),
        last_error="the receiver answered 503",
    )  # fmt: skip
    states = (replace(first, delivered=2), failing, replace(failing, health="dead", next_try_at=None))
    for topic, values in (
        (topics.WEBHOOKS, (hook, replace(hook, from_number=4, epoch=hook.epoch + 1), None)),
        (topics.WEBHOOK_STATE, (*states, replace(failing, health="gone", next_try_at=None), None)),
    ):
        for value in values:
            raw = codec.encode(value) if value else None
            type_ = ("webhook" if topic is topics.WEBHOOKS else "webhook_state") if value else "webhook_ended"
            region.flow.write(topic.name, hook.key.encode(), raw, 0, codec.headers(type_, b"/webhooks", hook.key))


def _screened(region: Region) -> None:
    """What the HTTP service keeps of its answers to one bank."""
    region.at("2027-05-13")
    position = ListPosition(age_s=0.25, offsets=(12, 9, 31, 4, 0, 7), complete_to=date(2027, 5, 12))
    then = Asked(uscc=TWO.uscc, as_of=date(2026, 10, 31), known_at=region.flow.now - timedelta(30))
    proof = EntryProof(uscc=ONE.uscc, sequence=3, sha256=sha256(b"an entry").hexdigest())
    again = Asked(uscc=ONE.uscc, etag='W/"3.2027-05-12.2026.1"')
    name, book_ = Asked(name=TWO.name), Asked(rows=2500)
    asked = ((Asked(uscc=ONE.uscc), (proof,)), (again, (proof,)), (name, ()), (book_, ()), (then, ()))
    for number, (what, entries) in enumerate(asked, start=1):
        receipt = ScreeningReceipt(
            id=f"1a20c51cb5c{number:020x}",
            bank="bank-b",
            key_id="0a1b2c3d",
            asked=what,
            answered_at=region.flow.now + timedelta(seconds=number),
            answer_sha256=sha256(f"answer {number}".encode()).hexdigest(),
            standard="2026.1",
            signed_by="19c4656c8aa8ed99",
            position=None if what is then else position,
            entries=entries,
            signature=b64encode(sha512(f"made up {number}".encode()).digest()).decode(),
        )
        headers = codec.headers("screening_receipt", b"/api", receipt.id)
        topic = topics.SCREENING_RECEIPTS.named(receipt.bank)
        region.flow.write(topic, receipt.id.encode(), codec.encode(receipt), 0, headers)


_HEAVY, _MENDED, _VOID, _MISNAMED, _LIGHT, _UNPAID, _OLD, _SOLD = (
    Paper(SHANGHAI, number)
    for number in (
        "〔2026〕1",
        "〔2026〕2",
        "〔2024〕3",
        "〔2026〕4",
        "〔2026〕5",
        "〔2026〕6",
        "〔2024〕7",
        "〔2026〕13",
    )
)


def _beginning(region: Region) -> None:
    region.at("2026-08-31")
    key = ApiKey(
        id="k1",
        sha256=sha256(b"made up").hexdigest(),
        scopes=("screen", "alerts"),
        made_at=region.flow.now,
        ends_at=region.flow.now + timedelta(365),
    )
    region.subscribe(Bank(id="bank-a", name="虚构甲银行"))
    region.subscribe(Bank(id="bank-b", name="虚构乙银行", keys=(key,), requests_per_s=50.0))
    region.subscribe(Bank(id="bank-c", name="虚构丙银行", removed_at=region.flow.now))
    region.watch("bank-a", ONE, TWO)
    region.day("2026-09-01")
    region.adopt("2026.1", "2026-09-15")
    region.at("2026-09-01")
    region.publish(
        SHANGHAI,
        _OLD.decision(ONE._replace(name="虚构甲示例染料有限公司"), "2024-03-04", act_date="2024-01-09", remark="补报"),
        _HEAVY.decision(
            ONE,
            "2026-08-20",
            kinds=["罚款", "没收违法所得"],
            fine_wan="58.3",
            confiscated_wan="1.25",
            act_date="2026-06-10",
            legal_basis=_HIDDEN_PIPE,
            violated="《中华人民共和国水污染防治法》第三十九条;《中华人民共和国环境保护法》(2014年版)第四十二条第四款",
            violation_type="水污染",
            facts="虚构的事实:通过暗管排放水污染物。",
            content="罚款伍拾捌万叁仟元,没收违法所得壹万贰仟伍佰元。",
            stated_acts=[6],
            reference="行2",
        ),
        _VOID.decision(ONE, "2024-05-06", act_date="2024-03-11"),
        _MISNAMED.decision(ONE, "2026-08-21", act_date="2026-07-01"),
        _LIGHT.decision(ONE, "2026-08-24", kinds="警告", fine_wan=None, procedure="简易程序", act_date="2026-08-20"),
    )


def _autumn(region: Region) -> None:
    region.at("2026-09-14")
    region.publish(
        SHANGHAI,
        _MENDED.decision(ONE, "2026-04-20", act_date="2026-02-02", kinds="罚款|责令改正"),
        _UNPAID.decision(ONE, "2026-05-11", act_date="2026-03-03", fine_wan=9),
        _HEAVY.objection("raised", "2026-09-11", reason="罚款金额有误"),
        _HEAVY.recognition("notice", "2026-09-14", "〔2026〕1", reason="拟认定,可在十日内陈述申辩"),
        _VOID.revoked("2026-09-10", reason="行政复议决定撤销"),
    )
    region.watch("bank-b", ONE, role="guarantor")
    region.at("2026-09-18")
    region.publish(
        SHANGHAI,
        _HEAVY.objection("resolved", "2026-09-17", outcome="unfounded", reason="金额与决定书一致"),
        _MISNAMED.decision(TWO, "2026-08-21", act_date="2026-07-01", revision=2),
        _MISNAMED.decision(ONE, "2026-08-21", act_date="2026-07-01"),
        _MENDED.performed("payment", "2026-05-06"),
        _MENDED.performed("correction", "2026-06-01"),
        _MENDED.repaired("2026-07-20"),
        _MENDED.repaired("2026-09-16", performed=True, reason="四项条件均已满足"),
    )
    region.day("2026-10-08")
    region.adopt("2026.1", "2026-10-09")
    region.at("2026-10-08")
    region.publish(
        SHANGHAI,
        _HEAVY.recognition("decided", "2026-10-08", "〔2026〕2", reason="已事先告知理由和依据"),
        _MISNAMED.objection("raised", "2026-09-29"),
        _MISNAMED.revoked("2026-10-08"),
        _SOLD.decision(THREE, "2026-09-08", act_date="2026-07-01"),
        _SOLD.decision(TWO, "2026-09-08", act_date="2026-07-01", revision=2),
        _SOLD.revoked("2026-10-08", reason="主体有误"),
        month(SHANGHAI, "2026-09", 0),
        month(SHANGHAI, "2026-09", 3, revision=2),
    )


def _repeats_and_refusals(region: Region) -> None:
    first, second, wrong = (Paper(ZHEJIANG, number) for number in ("〔2026〕8", "〔2026〕9", "〔2026〕10"))
    basis = "《中华人民共和国水污染防治法》第八十三条第二项"
    again = {"legal_basis": basis, "intentional": True}
    region.at("2026-11-02")
    region.watch("bank-b", THREE)
    region.publish(
        ZHEJIANG,
        first.decision(THREE, "2026-07-06", act_date="2026-05-18", **again),
        second.decision(THREE, "2026-10-26", act_date="2026-08-10", kinds="罚款、责令停产整治", **again),
        second.decision(THREE, "2026-10-26", act_date="2026-08-10", kinds="罚款、责令停产整治", **again),
        second.recognition("notice", "2026-10-30", "〔2026〕3"),
        second.recognition("decided", "2026-11-02", "〔2026〕4"),
        second.recognition("removed", "2026-11-02", "〔2026〕5", reason="认定决定书撤销"),
        wrong.decision(THREE, "2026-13-40", kinds="训诫", fine_wan="二十", name="虚构***有限公司"),
        month(ZHEJIANG, "2026-10", 2),
    )
    region.publish_raw(ZHEJIANG, "unreadable/1", b'{"type":"decision","documentno":"mistyped"}')
    region.broken("joint_list", topics.PENALTIES.name, THREE.uscc, b'{"type":"document","id":"cut off')
    region.broken("joint_list", topics.PENALTIES.name, THREE.uscc, b'{"type":"unheard_of"}')
    region.unwatch("bank-b", THREE)
    region.unwatch("bank-a", TWO)


def _later_years(region: Region) -> None:
    region.at("2027-01-11")
    region.publish(
        SHANGHAI,
        _OLD.performed("correction", "2024-06-11"),
        _UNPAID.performed("payment", "2027-01-08"),
        _OLD.repaired("2024-06-04", commitment=False, revision=1),
    )
    waiting = Paper(JIANGSU, "〔2026〕14")
    old = "《中华人民共和国固体废物污染环境防治法》(2020年修订)第一百一十二条第一款第六项"
    basis = "《中华人民共和国生态环境法典》第一千一百七十五条第一款第五项"
    region.watch("bank-b", TWO)
    region.publish(
        JIANGSU,
        Paper(JIANGSU, "〔2026〕11").decision(TWO, "2026-12-30", act_date="2026-10-20", legal_basis=basis),
        waiting.repaired("2026-12-14", commitment=False),
        waiting.decision(TWO, "2026-05-20", act_date="2026-04-02", legal_basis=old),
    )
    for day in ("2027-03-05", "2027-05-12"):
        region.day(day)
    region.at("2027-05-12")
    quiet = Filters(min_level="candidate", kinds=("amended", "objection_resolved"), provinces=("310000", "330000"))
    region.watch("bank-b", THREE, filters=quiet)
    region.publish(
        SHANGHAI,
        _HEAVY.recognition("removed", "2027-05-11", "〔2027〕1", reason="整改完成"),
        _HEAVY.performed("payment", "2026-09-02"),
        _UNPAID.objection("raised", "2026-10-12"),
        _UNPAID.objection("resolved", "2026-10-16", outcome="founded"),
        _UNPAID.objection("raised", "2026-11-16", revision=2, reason="公示期有误"),
        _HEAVY.decision(
            ONE._replace(name=_RENAMED),
            "2026-08-20",
            kinds=["罚款", "没收违法所得"],
            fine_wan="58.3",
            confiscated_wan="1.25",
            act_date="2026-06-10",
            legal_basis=_HIDDEN_PIPE,
            stated_acts=[6, 14],
            revision=2,
        ),
        Paper(SHANGHAI, "〔2027〕12").decision(ONE._replace(name=_RENAMED), "2027-05-10", act_date="2027-03-01"),
    )
