"""From what an agency prints to facts: one reader for each type of event, all findings at once."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from liancheng import codec, spelling
from liancheng.cited import Cited, read_cited
from liancheng.events import Decision, Event, Recognition, Revocation
from liancheng.facts import DecisionFact, Finding, Kind, RecognitionFact, RevocationFact
from liancheng.findings import error, warning
from liancheng.identity import normalise_document_no
from liancheng.normalise import normalise_amount, normalise_day, read_kinds
from liancheng.standard.questions import questions
from liancheng.subjects import read_subject

AnyFact = DecisionFact | RevocationFact | RecognitionFact
T = TypeVar("T")

_LONG_TEXT = 20_000  # characters
_CITING_TEXT = 5_000  # reading citations takes time, and no decision prints more
_SHORT_TEXT = 200
_SIMPLE = {"": False, "普通程序": False, "一般程序": False, "普通": False, "听证程序": False}
_SIMPLE |= {"简易程序": True, "简易": True, "当场处罚": True}


class Stamp(NamedTuple):
    """What a fact has from its record rather than from its content."""

    revision: int
    event_id: str
    submitted_at: datetime
    accepted_at: datetime
    today: date  # of `accepted_at`, in Shanghai


def read(event: Event, stamp: Stamp, findings: list[Finding]) -> AnyFact | None:
    """The fact of `event`, or None if `findings` holds an error, also one that stood there before."""
    return _READERS[type(event)](event, stamp, findings)


def _decision(event: Decision, stamp: Stamp, findings: list[Finding]) -> DecisionFact | None:
    uscc, name = read_subject(event, findings)
    kinds = _kinds(event.kinds, findings)
    fine = _amount(event.fine_wan, "fine_wan", findings)
    confiscated = _amount(event.confiscated_wan, "confiscated_wan", findings)
    _compare_amounts(kinds, fine, confiscated, findings)
    fine, confiscated = fine or None, confiscated or None  # tables print 0 for none
    decision_day = _required_day(event.decision_date, "decision_date", stamp, findings)
    act_day = _day(event.act_date, "act_date", stamp, findings)
    if act_day and decision_day and act_day > decision_day:
        findings.append(_act_after_decision(act_day, decision_day))
    basis = _citations(event.legal_basis, "legal_basis", findings)
    violated = _citations(event.violated, "violated", findings)
    stated_acts = _stated_acts(event.stated_acts, findings)
    simple = _simple_procedure(event.procedure, findings)
    violation_type = _text(event.violation_type, "violation_type", _SHORT_TEXT, findings)
    facts = _text(event.facts, "facts", _LONG_TEXT, findings)
    content = _text(event.content, "content", _LONG_TEXT, findings)
    if uscc is None or name is None or decision_day is None or _is_refused(findings):
        return None
    content_digest = codec.digest(
        (
            *(stamp.event_id, uscc, name, decision_day, kinds, fine, confiscated, basis.compact, violated.compact),
            *(stated_acts, act_day, simple, violation_type, facts, content),
        )
    )
    fact = DecisionFact(
        revision=stamp.revision,
        event_id=stamp.event_id,
        digest=content_digest,
        submitted_at=stamp.submitted_at,
        accepted_at=stamp.accepted_at,
        uscc=uscc,
        name=name,
        decision_day=decision_day,
        kinds=kinds,
        fine_fen=fine,
        confiscated_fen=confiscated,
        basis=basis.citations,
        violated=violated.citations,
        stated_acts=stated_acts,
        act_day=act_day,
        simple_procedure=simple,
        violation_type=violation_type,
        facts=facts,
        content=content,
        legal_basis=basis.printed,
        violated_text=violated.printed,
    )
    findings.extend(questions(fact))
    return fact


def _revocation(event: Revocation, stamp: Stamp, findings: list[Finding]) -> RevocationFact | None:
    revoked_day = _required_day(event.revoked_date, "revoked_date", stamp, findings)
    reason = _text(event.reason, "reason", _LONG_TEXT, findings)
    if revoked_day is None or _is_refused(findings):
        return None
    return RevocationFact(
        revision=stamp.revision,
        event_id=stamp.event_id,
        digest=codec.digest((stamp.event_id, revoked_day, reason)),
        submitted_at=stamp.submitted_at,
        accepted_at=stamp.accepted_at,
        revoked_day=revoked_day,
        reason=reason,
    )


def _recognition(event: Recognition, stamp: Stamp, findings: list[Finding]) -> RecognitionFact | None:
    number = normalise_document_no(event.recognition_no, "recognition_no")
    findings.extend(number.findings)
    day = _required_day(event.date, "date", stamp, findings)
    reason = _text(event.reason, "reason", _LONG_TEXT, findings)
    if number.text is None or day is None or _is_refused(findings):
        return None
    return RecognitionFact(
        revision=stamp.revision,
        event_id=stamp.event_id,
        digest=codec.digest((stamp.event_id, number.text, day, reason)),
        submitted_at=stamp.submitted_at,
        accepted_at=stamp.accepted_at,
        recognition_no=number.text,
        day=day,
        reason=reason,
    )


_READERS: dict[type, Callable[..., AnyFact | None]] = {
    Decision: _decision,
    Revocation: _revocation,
    Recognition: _recognition,
}


def _is_refused(findings: list[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _keep(result: tuple[T | None, Finding | None], findings: list[Finding]) -> T | None:
    value, finding = result
    if finding:
        findings.append(finding)
    return value


def _kinds(printed: str | list[str] | None, findings: list[Finding]) -> tuple[Kind, ...]:
    text = printed if isinstance(printed, str) else ";".join(printed or ())
    read = read_kinds(text)
    findings.extend(read.findings)
    return read.kinds


def _amount(value: str | float | None, field: str, findings: list[Finding]) -> int | None:
    return None if value is None else _keep(normalise_amount(value, field), findings)


def _compare_amounts(
    kinds: tuple[Kind, ...], fine: int | None, confiscated: int | None, findings: list[Finding]
) -> None:
    if "fine" in kinds:
        if not fine and not any(finding.field == "fine_wan" for finding in findings):
            findings.append(_FINE_MISSING)
    elif fine and kinds:
        findings.append(_FINE_WITHOUT_KIND)
    if confiscated and kinds and "confiscation" not in kinds:
        findings.append(_CONFISCATED_WITHOUT_KIND)


_FINE_MISSING = error(
    "fine_wan", "fine.missing", "", "the amount in 万元, for 罚款 is among the kinds", "add the amount of the fine"
)
_FINE_WITHOUT_KIND = warning(
    "kinds", "fine.without_kind", "", "罚款 among the kinds, for there is an amount", "send the kinds with 罚款"
)
_CONFISCATED_WITHOUT_KIND = warning(
    "kinds", "confiscated.without_kind", "", "没收 among the kinds, for there is an amount", "send the kinds with 没收"
)


def _required_day(text: str | None, field: str, stamp: Stamp, findings: list[Finding]) -> date | None:
    if text and not text.isspace():
        return _keep(normalise_day(text, field, stamp.today), findings)
    findings.append(error(field, f"{field}.missing", "", "a day, as 2024-01-05", "add the day"))
    return None


def _day(text: str | None, field: str, stamp: Stamp, findings: list[Finding]) -> date | None:
    return _keep(normalise_day(text, field, stamp.today), findings) if text and not text.isspace() else None


def _act_after_decision(act_day: date, decision_day: date) -> Finding:
    expected = f"no later than the decision of {decision_day}"
    return error("act_date", "act_date.after_decision", str(act_day), expected, "check both days")


def _citations(text: str | None, field: str, findings: list[Finding]) -> Cited:
    printed = _text(text, field, _CITING_TEXT, findings)
    if printed is None:
        return _NOTHING_CITED
    cited = read_cited(printed, field)
    findings.extend(cited.findings)
    return cited


_NOTHING_CITED = Cited()


def _stated_acts(acts: list[int] | None, findings: list[Finding]) -> tuple[int, ...]:
    if not acts:
        return ()
    if wrong := [act for act in acts if not 1 <= act <= 14]:
        found = ", ".join(map(str, wrong[:14]))
        remedy = "state the numbers of the acts that the decision finds"
        findings.append(error("stated_acts", "stated_acts.unknown", found, "numbers from 1 to 14", remedy))
    return tuple(sorted(set(acts)))


def _simple_procedure(printed: str | None, findings: list[Finding]) -> bool:
    if printed is None:
        return False
    simple = _SIMPLE.get(spelling.compact(printed[:_SHORT_TEXT]))
    if simple is None:
        remedy = "write one of the two, or leave it out for 普通程序"
        findings.append(error("procedure", "procedure.unknown", printed, "简易程序 or 普通程序", remedy))
    return bool(simple)


def _text(text: str | None, field: str, limit: int, findings: list[Finding]) -> str | None:
    if text is None:
        return None
    text = text.strip()
    if len(text) > limit:
        expected = f"{limit} characters at most, not {len(text)}"
        findings.append(error(field, "text.too_long", "", expected, "send a summary; the decision keeps the rest"))
        return None
    return text or None
