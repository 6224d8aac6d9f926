"""The fold of one document: what becomes of every event, in whatever order, and what its receipt says."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liancheng import codec
from liancheng.intake.documents import event_id, event_key, fold
from liancheng.records.events import Event
from liancheng.records.facts import Document, DocumentMoved, Finding, Receipt
from tests.unit.makers import (
    DOCUMENT_NO,
    KEY,
    NOW,
    PROVINCE,
    codes,
    decision,
    outcome,
    place,
    recognition,
    revocation,
    send,
    send_all,
    send_raw,
    uscc,
)
from tests.unit.test_identity import citizen_number

PERSON = "虚构人"


def findings(event: Event, **more) -> dict[str, Finding]:
    return {finding.code: finding for finding in send(event, **more).receipt.submission.findings}


# --- a decision that is right


def test_a_decision_becomes_facts():
    folded = send(
        decision(
            legal_basis="《中华人民共和国水污染防治法》第八十三条第三项",
            kinds="罚款；责令停产停业",
            confiscated_wan=0,
            stated_acts=[6, 6],
            facts=" 通过私设暗管排放水污染物 ",
            procedure="普通程序",
            reference="row 7",
        ),
        offset=41,
    )
    document = folded.receipt.document
    assert document is not None
    fact = document.decision
    assert fact is not None
    assert outcome(folded) == "accepted"
    assert (document.id, document.version, document.province) == (KEY, 1, PROVINCE)
    assert (fact.event_id, fact.revision) == (f"{KEY}/decision/1", 1)
    assert (fact.uscc, fact.name, fact.decision_day) == (uscc(), "虚构示例化工有限公司", date(2024, 3, 5))
    assert (fact.kinds, fact.fine_fen, fact.confiscated_fen) == (("fine", "production_stopped"), 13_800_000, None)
    assert [(c.article, c.item) for c in fact.basis] == [(83, 3)]
    assert (fact.stated_acts, fact.facts, fact.simple_procedure) == ((6,), "通过私设暗管排放水污染物", False)
    assert folded.penalties == ((uscc(), document),)
    submission = folded.receipt.submission
    assert (submission.reference, submission.partition, submission.offset) == ("row 7", 1, 41)
    assert (submission.type, submission.accepted_at) == ("decision", NOW)


def test_an_ordinary_decision_has_no_findings():
    assert codes(send(decision())) == []


def test_the_first_day_counts_in_shanghai():
    just_before_midnight = datetime(2026, 8, 31, 15, 59, tzinfo=UTC)
    event = decision(decision_date="2026-09-01")
    assert codes(send(event, at=just_before_midnight)) == ["date.future"]
    assert outcome(send(event, at=just_before_midnight.replace(hour=16))) == "accepted"


# --- the defects of real data, each by its name

REFUSED = [
    ({"authority": " "}, "authority", "authority.missing"),
    ({"document_no": None}, "document_no", "document_no.missing"),
    ({"document_no": "皖虚环罚〔202434"}, "document_no", "document_no.broken"),
    ({"document_no": "虚环罚〔2024〕1*号"}, "document_no", "document_no.masked"),
    ({"name": ""}, "name", "name.missing"),
    ({"name": "虚构**化工有限公司"}, "name", "name.masked"),
    ({"name": "(略) 万 (略)"}, "name", "name.masked"),
    ({"name": "虚" * 201}, "name", "text.too_long"),
    ({"uscc": None}, "uscc", "uscc.missing"),
    ({"uscc": "91340422MA***0D75(1-1)"}, "uscc", "uscc.masked"),
    ({"uscc": "391341700MA2NBFH94(1-1)"}, "uscc", "uscc.length"),
    ({"uscc": "O" + uscc()[1:]}, "uscc", "uscc.alphabet"),
    ({"uscc": "81" + uscc()[2:]}, "uscc", "uscc.check_character"),
    ({"uscc": uscc(start="92")}, "uscc", "uscc.not_legal_person"),
    ({"subject_category": "自然人"}, "subject_category", "subject.not_legal_person"),
    ({"subject_category": "个体工商户"}, "subject_category", "subject.not_legal_person"),
    ({"subject_category": "三角洲"}, "subject_category", "subject_category.unknown"),
    ({"kinds": None}, "kinds", "kinds.missing"),
    ({"kinds": "虚构处罚;罚款"}, "kinds", "kinds.unknown"),
    ({"kinds": ["不予行政处罚"]}, "kinds", "kinds.no_penalty"),
    ({"fine_wan": None}, "fine_wan", "fine.missing"),
    ({"fine_wan": "0"}, "fine_wan", "fine.missing"),
    ({"fine_wan": "罚款13.8万元"}, "fine_wan", "amount.unreadable"),
    ({"fine_wan": -1}, "fine_wan", "amount.negative"),
    ({"confiscated_wan": "0.0000001"}, "confiscated_wan", "amount.too_precise"),
    ({"decision_date": ""}, "decision_date", "decision_date.missing"),
    ({"decision_date": "2026-09-02"}, "decision_date", "date.future"),
    ({"decision_date": "1948-05-01"}, "decision_date", "date.too_early"),
    ({"decision_date": "2023-02-29"}, "decision_date", "date.impossible"),
    ({"decision_date": "去年"}, "decision_date", "date.unreadable"),
    ({"act_date": "2024-03-06"}, "act_date", "act_date.after_decision"),
    ({"stated_acts": [0, 6]}, "stated_acts", "stated_acts.unknown"),
    ({"stated_acts": [15]}, "stated_acts", "stated_acts.unknown"),
    ({"procedure": "特别程序"}, "procedure", "procedure.unknown"),
    ({"facts": "虚" * 20_001}, "facts", "text.too_long"),
    ({"legal_basis": "虚" * 5_001}, "legal_basis", "text.too_long"),
    ({"revision": 0}, "revision", "revision.wrong"),
    ({"revision": -1}, "revision", "revision.wrong"),
]


@pytest.mark.parametrize(("changed", "field", "code"), REFUSED)
def test_what_is_refused(changed, field, code):
    before = send_all(decision(revision=2))
    folded = send(decision(**changed), before)
    (finding,) = folded.receipt.submission.findings
    assert (outcome(folded), finding.field, finding.code, finding.severity) == ("refused", field, code, "error")
    assert finding.expected
    assert finding.remedy
    assert folded.penalties == ()
    assert folded.receipt.document == before


WARNED = [
    ({"name": "虛構示例化工有限公司"}, "name.traditional"),
    ({"document_no": "沪虚环罚[2024]12号"}, "document_no.brackets"),
    ({"document_no": "沪虚环罚（2024）12号"}, "document_no.brackets"),
    ({"document_no": "沪虚环罚【2024】12号"}, "document_no.brackets"),
    ({"document_no": "沪虚环罚﹝2024﹞12号"}, "document_no.brackets"),
    ({"document_no": "沪虚环罚〔2024〕12 号"}, "document_no.spaces"),
    ({"document_no": "沪虚环罚〔２０２４〕12号"}, "document_no.characters"),
    ({"document_no": "滬虛環罰〔2024〕12號"}, "document_no.characters"),
    ({"kinds": "警告"}, "fine.without_kind"),
    ({"confiscated_wan": "1"}, "confiscated.without_kind"),
    ({"kinds": "罚款;责令停产整治"}, "kinds.rectification"),
    ({"legal_basis": "《虚构污染防治法》第一条"}, "citation.unresolved"),
    ({"legal_basis": "《中华人民共和国水污染防治法》第八十三条第三项"}, "act_to_state"),
]


@pytest.mark.parametrize(("changed", "code"), WARNED)
def test_what_is_accepted_with_a_warning(changed, code):
    folded = send(decision(**changed))
    assert outcome(folded) == "accepted"
    assert folded.receipt.key == KEY
    assert code in codes(folded)
    assert {finding.severity for finding in folded.receipt.submission.findings} == {"warning"}


def test_a_bare_number_is_taken_as_it_is():
    folded = send(decision(document_no="2120190062"))
    assert (outcome(folded), codes(folded)) == ("accepted", ["document_no.bare"])


def test_mixed_kinds_and_spellings_of_a_day_say_nothing():
    for day in ("2024-3-5", "2024/03/05", "2024年3月5日", "20240305"):
        folded = send(decision(decision_date=day, kinds="警告;罚款;其他-其他"))
        assert codes(folded) == []


def test_everything_is_reported_at_once():
    said = codes(
        send(decision(name="", uscc="1", kinds="x", decision_date="x", fine_wan="x", document_no="x〔", revision=0))
    )
    assert set(said) == {
        *("document_no.broken", "revision.wrong", "uscc.length", "name.missing", "kinds.unknown"),
        *("amount.unreadable", "date.unreadable"),
    }


@pytest.mark.parametrize(
    ("event", "codes_"),
    [
        (revocation(revoked_date=None), ["revoked_date.missing"]),
        (revocation(revoked_date="2030-01-01"), ["date.future"]),
        (revocation(reason="虚" * 20_001), ["text.too_long"]),
        (recognition(recognition_no=None, date=None), ["recognition_no.missing", "date.missing"]),
        (recognition(recognition_no="虚认〔20251"), ["recognition_no.broken"]),
        (revocation(authority=None, document_no=None), ["document_no.missing", "authority.missing"]),
    ],
)
def test_steps_that_are_refused(event, codes_):
    folded = send(event)
    assert (outcome(folded), codes(folded)) == ("refused", codes_)


@pytest.mark.parametrize(
    ("raw", "code", "field", "found"),
    [
        (None, "event.empty", "", "empty"),
        (b"", "event.empty", "", "empty"),
        (b"{", "event.unreadable", "", "truncated"),
        (b"[]", "event.unreadable", "", "array"),
        (b"\xff", "event.unreadable", "", ""),
        (b'{"name": "x"}', "event.unreadable", "", "type"),
        (b'{"type": "pardon"}', "event.unreadable", "type", "pardon"),
        (b'{"type": "decision", "naem": "x"}', "event.unreadable", "", "naem"),
        (b'{"type": "decision", "name": 7}', "event.unreadable", "name", "int"),
        (b'{"type": "decision", "kinds": ["x", 7]}', "event.unreadable", "kinds[1]", "int"),
        (b'{"type": "decision", "stated_acts": ["6"]}', "event.unreadable", "stated_acts[0]", "str"),
        (b'{"type": "recognition", "stage": "raised"}', "event.unreadable", "stage", "raised"),
        (b'{"type": "decision", "name": "\\ud800"}', "event.unreadable", "", ""),
        (b"[" * 100_000, "event.unreadable", "", ""),
    ],
)
def test_what_is_no_event(raw, code, field, found):
    before = send_all(decision())
    folded = send_raw(raw, before)
    (finding,) = folded.receipt.submission.findings
    assert (outcome(folded), finding.code, finding.field) == ("refused", code, field)
    assert found in finding.found
    assert finding.remedy
    assert folded.receipt.document == before
    codec.encode(folded.receipt)


def test_the_receipt_of_an_unreadable_event_still_names_its_row():
    submission = send_raw(b'{"type": "decision", "revision": 3, "reference": "row 9", "naem": "x"}').receipt.submission
    assert (submission.type, submission.revision, submission.reference) == ("decision", 3, "row 9")
    assert submission.event_id.startswith("unreadable/")


def test_a_key_that_is_not_the_documents_is_refused():
    folded = fold(None, codec.encode(decision()), place("310000/elsewhere"), NOW)
    (finding,) = folded.receipt.submission.findings
    assert (finding.code, finding.found, finding.expected) == ("key.mismatch", "310000/elsewhere", KEY)
    assert folded.receipt.key == "310000/elsewhere"


# --- natural persons

PERSONS = [
    decision(subject_category="自然人", name=PERSON, uscc=citizen_number()),
    decision(subject_category="个体工商户", name=f"{PERSON}餐饮店有限公司", uscc=uscc(start="92")),
    decision(subject_category="个体工商户", name=PERSON, uscc=uscc(), document_no="x", kinds=PERSON),
    decision(subject_category=None, name=PERSON, uscc=citizen_number()),
    decision(subject_category=None, name=f"{PERSON}*", uscc=citizen_number()),
    decision(name=f"{PERSON}*", uscc=citizen_number(), fine_wan=citizen_number()),
    decision(name=PERSON, uscc=citizen_number()[:17] + "7", decision_date="x"),
    decision(name=f"{PERSON}*", uscc=f"310104900101{123}"),
    decision(name=f"虛{PERSON}", uscc="x"),
    decision(name=PERSON, subject_category=PERSON, uscc="x"),
]


@pytest.mark.parametrize("event", PERSONS)
def test_nothing_of_a_person_is_repeated(event):
    folded = send(event)
    text = codec.encode(folded.receipt).decode()
    assert outcome(folded) == "refused"
    assert PERSON not in text
    assert "19900101" not in text
    assert "900101" not in text
    assert uscc(start="92") not in text
    assert all(finding.remedy for finding in folded.receipt.submission.findings)


def test_a_citizens_number_that_passes_for_a_companys():
    """One number in 31 has both check characters. Only an agency that calls the subject a legal person is believed."""
    numbers = (citizen_number(f"3101041990010{last:04d}") for last in range(1000, 1400))
    both = next(number for number in numbers if not findings(decision(uscc=number)))
    assert codes(send(decision(uscc=both, subject_category=None))) == ["subject.not_legal_person"]
    assert outcome(send(decision(uscc=both))) == "accepted"


# --- revisions


def test_the_same_event_is_a_duplicate_however_it_is_spelled():
    first = decision(
        kinds="罚款;警告", legal_basis="《中华人民共和国水污染防治法》第八十三条", facts="虚构事实", reference="row 1"
    )
    document = send_all(first)
    spelled = decision(
        authority="虛構市甲區生態環境局 ",
        document_no="沪虚环罚［2024］12 号",
        name="虛構示例化工有限公司",
        uscc=uscc().lower(),
        kinds=["警告", "罚款"],
        fine_wan=13.80,
        decision_date="2024年3月5日",
        legal_basis="《中華人民共和國水污染防治法》 第八十三条",
        facts="虚构事实 ",
        reference="row 2",
    )
    for event in (first, spelled):
        folded = send(event, document, offset=9)
        assert (outcome(folded), folded.receipt.document, folded.penalties) == ("duplicate", document, ())
        assert folded.receipt.submission.offset == 9


@pytest.mark.parametrize(
    "changed",
    [
        {"fine_wan": "13.800001"},
        {"facts": "另一虚构事实"},
        {"kinds": "罚款;警告"},
        {"uscc": uscc(2)},
        {"name": "虚构示例建材有限公司"},
        {"decision_date": "2024-03-06"},
        {"act_date": None},
        {"stated_acts": [6]},
        {"procedure": "简易程序"},
        {"legal_basis": "《中华人民共和国水污染防治法》第八十三条"},
        {"violated": "《中华人民共和国水污染防治法》第八十三条"},
        {"violation_type": "水污染"},
        {"content": "罚款"},
        {"confiscated_wan": 1},
    ],
)
def test_other_content_needs_another_revision(changed):
    document = send_all(decision())
    folded = send(decision(**changed), document)
    assert (outcome(folded), folded.receipt.document, folded.penalties) == ("refused", document, ())
    assert findings(decision(**changed), document=document)["revision.conflict"].remedy.startswith("raise the revision")
    assert outcome(send(decision(**changed, revision=2), document)) == "accepted"


def test_an_older_revision_is_stale():
    document = send_all(decision(revision=2))
    folded = send(decision(fine_wan="1"), document)
    assert (outcome(folded), codes(folded)) == ("stale", ["revision.stale"])
    assert (folded.receipt.document, folded.penalties) == (document, ())


def test_a_newer_revision_replaces_and_counts():
    document = send_all(decision(), decision(fine_wan="20", revision=5))
    assert document is not None
    assert document.decision is not None
    assert (document.version, document.decision.fine_fen) == (2, 20_000_000)


def test_a_decision_that_moves_is_told_to_both_companies():
    before = send_all(decision())
    folded = send(decision(uscc=uscc(2), name="虚构示例建材有限公司", revision=2), before)
    (old, moved), (new, document) = folded.penalties
    assert (old, new) == (uscc(1), uscc(2))
    assert isinstance(moved, DocumentMoved)
    assert isinstance(document, Document)
    assert (moved.id, moved.version, moved.event_id) == (KEY, 2, f"{KEY}/decision/2")
    assert document.version == 2
    assert uscc(2).encode() not in codec.encode(moved)


@pytest.mark.parametrize("step", [revocation(), *map(recognition, ("notice", "decided", "removed"))])
def test_a_step_before_its_decision_waits_for_it(step):
    first = send(step)
    assert (outcome(first), codes(first), first.penalties) == ("accepted", ["decision.awaited"], ())
    second = send(decision(), first.receipt.document)
    assert second.penalties == ((uscc(), second.receipt.document),)
    assert codes(second) == []
    third = send(step, send_all(decision()))
    assert codes(third) == []
    ((subject, document),) = third.penalties
    assert subject == uscc()
    assert content(document) == content(second.receipt.document)


def test_each_step_of_a_recognition_has_its_own_revisions():
    document = send_all(recognition("notice", revision=3), recognition("decided"), recognition("removed"), decision())
    assert document is not None
    facts = (document.recognition_notice, document.recognition_decided, document.recognition_removed)
    assert [fact.event_id for fact in facts if fact] == [
        f"{KEY}/recognition.notice/3",
        f"{KEY}/recognition.decided/1",
        f"{KEY}/recognition.removed/1",
    ]


# --- ids


def test_the_key_of_an_event():
    assert event_key(PROVINCE, decision(document_no="滬虛環罰[2024]12 號")) == KEY
    assert event_key(PROVINCE, revocation()) == KEY
    lost = decision(document_no="沪虚环罚〔202412")
    assert event_key(PROVINCE, lost).startswith("unreadable/")
    assert event_key(PROVINCE, lost) == event_key(PROVINCE, lost)
    assert event_id(KEY, recognition("notice", revision=4)) == f"{KEY}/recognition.notice/4"
    assert codes(send(lost)) == ["document_no.broken"]


def test_one_number_from_two_authorities_is_two_documents():
    other = decision(authority="虚构市乙区生态环境局")
    assert event_key(PROVINCE, other) != event_key(PROVINCE, decision())
    assert DOCUMENT_NO in event_key(PROVINCE, other)


# --- any order


def content(document: Document | DocumentMoved | None) -> object:
    """The document without what depends on when its events came."""

    def cut(value: object) -> object:
        if isinstance(value, dict):
            return {k: cut(v) for k, v in value.items() if k not in ("version", "accepted_at")}
        return value

    return cut(msgspec.to_builtins(document))


def story(revision: int, number: int) -> list[Event]:
    """Events of one revision: its content depends on the revision alone, so no two of them conflict."""
    return [
        decision(revision=revision, uscc=uscc(number % 2), fine_wan=number + 1),
        revocation(revision=revision, reason=f"虚构理由{number}"),
        recognition("notice", revision=revision, reason=f"虚构理由{number}"),
        recognition("decided", revision=revision, recognition_no=f"虚认〔2025〕{number}号"),
    ]


EVENTS = [event for revision in (1, 2, 3) for event in story(revision, revision * 7)]


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    chosen = draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=8))
    return chosen, draw(st.permutations(chosen))


def last_told(events: Iterable[Event]) -> dict[str, object]:
    """What each company was told last."""
    told: dict[str, object] = {}
    document = None
    for event in events:
        folded = send(event, document)
        document = folded.receipt.document
        told |= {subject: penalty if isinstance(penalty, Document) else None for subject, penalty in folded.penalties}
    return {subject: content(penalty) for subject, penalty in told.items() if isinstance(penalty, Document)}


@settings(deadline=None)
@given(arrivals())
def test_the_order_of_arrival_does_not_matter(arrived):
    one, other = arrived
    assert content(send_all(*one)) == content(send_all(*other))
    assert last_told(one) == last_told(other)


@settings(deadline=None)
@given(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=8))
def test_sending_everything_again_changes_nothing(events):
    document = send_all(*events)
    for event in events:
        folded = send(event, document)
        assert outcome(folded) in ("duplicate", "stale")
        assert (folded.receipt.document, folded.penalties) == (document, ())


TEXTS = st.none() | st.text(max_size=30) | st.sampled_from([DOCUMENT_NO, uscc(), "罚款", "2024-01-05", "13.8", PERSON])
DECISIONS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("authority", "document_no", "name", "uscc", "subject_category", "facts", "legal_basis"), TEXTS
        ),
        **dict.fromkeys(("kinds", "content", "decision_date", "act_date", "procedure", "reference", "remark"), TEXTS),
        "kinds": TEXTS | st.lists(st.text(max_size=5), max_size=3),
        "fine_wan": TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        "stated_acts": st.lists(st.integers(-(2**62), 2**62), max_size=3),
        "revision": st.integers(-(2**62), 2**62),
    },
)


@settings(deadline=None)
@given(DECISIONS.map(lambda changed: codec.encode(decision(**changed))) | st.binary(max_size=40), st.integers(0, 2**40))
def test_every_record_has_one_receipt_that_can_be_written_and_read(raw, offset):
    before = send_all(decision(revision=3))
    folded = fold(before, raw, place(offset=offset), NOW)
    submission = folded.receipt.submission
    assert (submission.partition, submission.offset, folded.receipt.key) == (1, offset, KEY)
    assert codec.decoder(Receipt).decode(codec.encode(folded.receipt)) == folded.receipt
    refused = any(finding.severity == "error" for finding in submission.findings)
    assert refused == (submission.outcome == "refused")
    assert bool(folded.penalties) == (submission.outcome == "accepted")
    if submission.outcome != "accepted":
        assert folded.receipt.document == before
