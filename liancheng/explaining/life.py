"""The part of an explanation about a document's later life: recognition, performance, repair, objection, revocation."""

from collections.abc import Iterator

import msgspec

from liancheng.explaining.explanation import Line, Teller
from liancheng.joint_list import levels
from liancheng.records.entries import Case
from liancheng.records.facts import Document, Fact, ObjectionFact

_STEPS = ("recognition_notice", "recognition_decided", "recognition_removed")
_PERFORMANCES = ("performance_payment", "performance_correction")
_TOLD = ("decision", "revocation", "repair", "objection_raised", "objection_resolved", *_STEPS, *_PERFORMANCES)


def lines(case: Case, tell: Teller) -> Iterator[Line]:
    """What came after the decision. Nothing is said of what did not."""
    document = case.document
    yield from _recognition(document, tell)
    for facet in _PERFORMANCES:
        if fact := getattr(document, facet):
            yield tell.line("performance", tell(facet.replace("_", "."), day=fact.day))
    if case.standing == "expired_unperformed" and (rule := case.verdict.unperformed_rule):
        yield tell.line("unperformed", tell.rule(rule, case.verdict.standard, is_reason=False))
    yield from _repair(case, tell)
    yield from _objection(case, tell)
    if document.revocation:
        text = tell("revoked", day=document.revocation.revoked_day) + _reason(document.revocation.reason, tell)
        yield tell.line("revocation", text)
    yield from _others(document, tell)


def _recognition(document: Document, tell: Teller) -> Iterator[Line]:
    stands = levels.recognition(document)
    for step in _STEPS:
        if fact := getattr(document, step):
            text = tell(step.replace("_", "."), day=fact.day, number=fact.recognition_no) + _reason(fact.reason, tell)
            yield tell.line(
                "recognition", text + (tell("recognition.stands") if step == f"recognition_{stands}" else "")
            )


def _repair(case: Case, tell: Teller) -> Iterator[Line]:
    repair = case.document.repair
    if repair is None:
        return
    text = tell("repaired", day=repair.day)
    text += tell("repaired.performed") if repair.performed else ""
    text += tell("repaired.commitment") if repair.commitment else ""
    text += _reason(repair.reason, tell) + tell("repaired.not" if case.repair_lacks else "repaired.counts")
    yield tell.line("repaired", text)
    for rule in case.repair_lacks:
        yield tell.line("lack", tell.cause(rule, case.verdict.standard))


def _objection(case: Case, tell: Teller) -> Iterator[Line]:
    document, objection = case.document, case.objection
    if raised := document.objection_raised:
        yield tell.line("objection", tell("objection.raised", day=raised.day) + _reason(raised.reason, tell))
    if resolved := document.objection_resolved:
        yield tell.line("objection", _resolved(resolved, tell))
    if objection and objection.due_day:
        yield tell.line("objection", tell("objection.due", day=objection.due_day))
    if objection and objection.due_rule:
        yield tell.line("rule", tell.rule(objection.due_rule, case.verdict.standard, is_reason=False))


def _resolved(resolved: ObjectionFact, tell: Teller) -> str:
    outcome = tell(f"outcome.{resolved.outcome}") if resolved.outcome else ""
    return tell("objection.resolved", day=resolved.day, outcome=outcome) + _reason(resolved.reason, tell)


def _reason(reason: str | None, tell: Teller) -> str:
    return tell("reason", reason=reason) if reason else ""


def _others(document: Document, tell: Teller) -> Iterator[Line]:
    """Facts of a kind that has no sentence here yet are told field by field, not left out."""
    for field in msgspec.structs.fields(document):
        fact = getattr(document, field.name)
        if isinstance(fact, Fact) and field.name not in _TOLD:
            own = [name for name in fact.__struct_fields__ if name not in Fact.__struct_fields__]
            values = ((name, getattr(fact, name)) for name in own)
            text = ", ".join(f"{name} {value}" for name, value in values if value is not None)
            yield tell.line(field.name, text)
