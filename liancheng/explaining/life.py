"""The lines of an explanation about a document's later life, from recognition to revocation."""

from collections.abc import Iterator

import msgspec

from liancheng.explaining.explanation import Line, Phrases
from liancheng.joint_list import levels
from liancheng.records.entries import Case
from liancheng.records.facts import Document, Fact, ObjectionFact

_STEPS = ("recognition_notice", "recognition_decided", "recognition_removed")
_PERFORMANCES = ("performance_payment", "performance_correction")
_WITH_PHRASE = ("decision", "revocation", "repair", "objection_raised", "objection_resolved", *_STEPS, *_PERFORMANCES)


def lines(case: Case, phrases: Phrases) -> Iterator[Line]:
    """Yields what came after the decision. There is no line for what did not happen."""
    document = case.document
    yield from _recognition(document, phrases)
    for facet in _PERFORMANCES:
        if fact := getattr(document, facet):
            yield phrases.line("performance", phrases(facet.replace("_", "."), day=fact.day))
    if case.standing == "expired_unperformed" and (rule := case.verdict.unperformed_rule):
        yield phrases.line("unperformed", phrases.rule(rule, case.verdict.standard, is_reason=False))
    yield from _repair(case, phrases)
    yield from _objection(case, phrases)
    if document.revocation:
        text = phrases("revoked", day=document.revocation.revoked_day) + _reason(document.revocation.reason, phrases)
        yield phrases.line("revocation", text)
    yield from _others(document, phrases)


def _recognition(document: Document, phrases: Phrases) -> Iterator[Line]:
    stands = levels.recognition(document)
    for step in _STEPS:
        if fact := getattr(document, step):
            text = phrases(step.replace("_", "."), day=fact.day, number=fact.recognition_no) + _reason(
                fact.reason, phrases
            )
            yield phrases.line(
                "recognition", text + (phrases("recognition.stands") if step == f"recognition_{stands}" else "")
            )


def _repair(case: Case, phrases: Phrases) -> Iterator[Line]:
    repair = case.document.repair
    if repair is None:
        return
    text = phrases("repaired", day=repair.day)
    text += phrases("repaired.performed") if repair.performed else ""
    text += phrases("repaired.commitment") if repair.commitment else ""
    text += _reason(repair.reason, phrases) + phrases("repaired.not" if case.repair_lacks else "repaired.counts")
    yield phrases.line("repaired", text)
    for rule in case.repair_lacks:
        yield phrases.line("lack", phrases.cause(rule, case.verdict.standard))


def _objection(case: Case, phrases: Phrases) -> Iterator[Line]:
    document, objection = case.document, case.objection
    if raised := document.objection_raised:
        yield phrases.line("objection", phrases("objection.raised", day=raised.day) + _reason(raised.reason, phrases))
    if resolved := document.objection_resolved:
        yield phrases.line("objection", _resolved(resolved, phrases))
    if objection and objection.due_day:
        yield phrases.line("objection", phrases("objection.due", day=objection.due_day))
    if objection and objection.due_rule:
        yield phrases.line("rule", phrases.rule(objection.due_rule, case.verdict.standard, is_reason=False))


def _resolved(resolved: ObjectionFact, phrases: Phrases) -> str:
    outcome = phrases(f"outcome.{resolved.outcome}") if resolved.outcome else ""
    return phrases("objection.resolved", day=resolved.day, outcome=outcome) + _reason(resolved.reason, phrases)


def _reason(reason: str | None, phrases: Phrases) -> str:
    return phrases("reason", reason=reason) if reason else ""


def _others(document: Document, phrases: Phrases) -> Iterator[Line]:
    """Facts without a phrase of their own are shown field by field, not left out."""
    for field in msgspec.structs.fields(document):
        fact = getattr(document, field.name)
        if isinstance(fact, Fact) and field.name not in _WITH_PHRASE:
            own = [name for name in fact.__struct_fields__ if name not in Fact.__struct_fields__]
            values = ((name, getattr(fact, name)) for name in own)
            text = ", ".join(f"{name} {value}" for name, value in values if value is not None)
            yield phrases.line(field.name, text)
